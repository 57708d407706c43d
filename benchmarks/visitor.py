"""A visitor of the app without a browser: Streamlit's own protocol, over a real websocket.

    async with Visitor("http://127.0.0.1:8501") as visitor:
        await visitor.open("Predict")                   # seconds from the click until the script has finished
        await visitor.set("source", "Upload")           # a widget by its key or label, an option by its text
        await visitor.upload("upload_0_many", "me.jpg", data)
        visitor.text()                                  # what stands on the page

It does on the connection what the page's own scripts do: it sends the state of every widget that is drawn with each
click, says by their hash which large messages it has, sends files by HTTP with the cookie against forged requests,
and fetches the pictures. It draws nothing, and a part of a page that should run by itself every second does not.
"""

import asyncio
import itertools
import time

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks import widgets

XSRF = "_streamlit_xsrf"
AGE = 2  # runs that a browser keeps a large message for without having been sent it again
PATIENCE = 120  # seconds for one action


class Broken(Exception):
    """What no visitor should meet: an exception on the page, a lost connection, a refused file or picture."""


class Visitor:
    """See the file's head.

    Attributes:
        session_id: what the server calls this session.
        media: addresses of the pictures that were on the page, in all runs.
        received: every message of the server, as it came, where it was asked for; else empty.
    """

    def __init__(self, address, *, record=False):
        """Nothing is connected yet.

        Args:
            address: e.g. "http://127.0.0.1:8501".
            record: keep what the server sends.
        """
        self._address, self._record = address.rstrip("/"), record
        self.session_id, self.media, self.received = "", set(), []
        self._elements, self._states, self._files = {}, {}, {}  # by place, by id, by id
        self._kept, self._pages, self._query, self._page = {}, {}, "", ""
        self._run, self._fragments, self._fetching = 0, (), []
        self._answers, self._numbers, self._done = {}, itertools.count(), None

    async def __aenter__(self):
        """Fetch the page and connect."""
        soon = httpx.Limits(keepalive_expiry=1)  # before the server closes what is idle, 5 s
        self._http = httpx.AsyncClient(base_url=self._address, verify=False, timeout=PATIENCE, limits=soon)
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            (await self._http.get(path)).raise_for_status()
        self._token = self._http.cookies[XSRF]
        self._socket = await websockets.connect(
            f"ws{self._address.removeprefix('http')}/_stcore/stream", max_size=None, origin=self._address,
            subprotocols=["streamlit", self._token], additional_headers={"Cookie": f"{XSRF}={self._token}"},
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *error):
        """Close the tab."""
        self._reading.cancel()
        for task in self._fetching:
            task.cancel()
        await asyncio.gather(self._reading, *self._fetching, return_exceptions=True)
        await self._socket.close()
        await self._http.aclose()

    async def open(self, page, query=""):
        """Go to a page by the menu, the first one by its address, which may say more; returns seconds."""
        self._query = query
        if not self._pages:
            return await self._rerun(page_name=page)
        return await self._rerun(page_script_hash=self._pages[page])

    async def set(self, name, value):
        """Move a widget; returns seconds.

        Args:
            name: its key, or its label.
            value: number, tuple of numbers, bool, or the text of an option (of several: a list).
        """
        kind, widget, fragment = self.widget(name)
        self._states[widget.id] = widgets.state(widget.id, kind, widgets.chosen(kind, widget, value))
        return await self._rerun(fragment_id=fragment)

    async def click(self, name):
        """Press a button; returns seconds."""
        _, button, fragment = self.widget(name)
        return await self._rerun(WidgetState(id=button.id, trigger_value=True), fragment_id=fragment)

    async def upload(self, name, filename, data):
        """Put a file into a field, instead of what is in it; returns seconds, the way to the server included."""
        started = time.perf_counter()
        _, field, fragment = self.widget(name)
        xsrf = {"X-Xsrftoken": self._token}
        for old in self._files.pop(field.id, ()):
            await self._http.delete(old.delete_url, headers=xsrf)
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = str(next(self._numbers)), self.session_id
        request.file_names.append(filename)
        answer = self._answers[request.request_id] = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        urls = (await asyncio.wait_for(answer, PATIENCE)).file_urls[0]
        put = await self._http.put(urls.upload_url, headers=xsrf, files={filename: (filename, data)})
        if put.status_code != 204:
            raise Broken(f"the upload was refused: {put.status_code} {put.text[:200]}")
        state = WidgetState(id=field.id)
        state.file_uploader_state_value.uploaded_file_info.add(
            file_id=urls.file_id, name=filename, size=len(data), file_urls=urls
        )
        self._states[field.id], self._files[field.id] = state, [urls]
        await self._rerun(fragment_id=fragment)
        return time.perf_counter() - started

    def widget(self, name):
        """(kind, message, fragment) of the widget with a key or label; raises LookupError."""
        there = {}
        for _, kind, element, fragment in self._elements.values():
            if identity := getattr(element, "id", ""):
                key = identity.split("-", 2)[-1]
                there[key] = there[element.label if hasattr(element, "label") else key] = (kind, element, fragment)
        if name not in there:
            raise LookupError(f"no widget {name!r} on the page; there are {sorted(there)}")
        return there[name]

    def texts(self, *kinds):
        """What stands on the page, one entry an element, from top to bottom; all kinds without an argument."""
        kinds = kinds or {one[1] for one in self._elements.values()} - {"html"}  # style sheets and scripts
        found = [one for _, one in sorted(self._elements.items()) if one[1] in kinds]
        return [" ".join(widgets.said(element)) for _, _, element, _ in found]

    def text(self):
        """`texts` as one."""
        return "\n".join(self.texts())

    def alerts(self, *kinds):
        """Texts of the coloured boxes, of all or of some kinds: "ERROR", "WARNING", "INFO", "SUCCESS"."""
        boxes = [one[2] for _, one in sorted(self._elements.items()) if one[1] == "alert"]
        return [box.body for box in boxes if not kinds or type(box).Format.Name(box.format) in kinds]

    async def _rerun(self, *triggers, **where):
        started, message = time.perf_counter(), BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self._query, self._page
        for name, value in where.items():
            setattr(asked, name, value or "")
        asked.widget_states.widgets.extend([*self._states.values(), *triggers])
        asked.cached_message_hashes.extend(self._kept)
        asked.context_info.SetInParent()
        self._done = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self._done, PATIENCE)
        except TimeoutError:
            raise Broken(f"no answer within {PATIENCE} s") from None
        seconds, fetched = time.perf_counter() - started, await asyncio.gather(*self._fetching)
        self._fetching.clear()
        if broken := [*filter(None, fetched), *self.texts("exception")]:
            raise Broken("; ".join(map(str, broken)) or "an exception on the page")
        return seconds

    async def _read(self):
        try:
            async for data in self._socket:
                if self._record:
                    self.received.append(data)
                self._take(ForwardMsg.FromString(data))
            raise Broken("the server has closed the connection")
        except Exception as error:
            for future in [self._done, *self._answers.values()]:
                if future and not future.done():
                    future.set_exception(Broken(f"{type(error).__name__}: {error}"))

    def _take(self, message):
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            original, _ = self._kept[message.ref_hash]
            self._kept[message.ref_hash] = original, self._run
            self._draw(message.metadata, original.delta)
        elif kind == "delta":
            if message.metadata.cacheable:
                self._kept[message.hash] = message, self._run
            self._draw(message.metadata, message.delta)
        elif kind == "new_session":
            self._run, self._fragments = self._run + 1, tuple(message.metadata.run.fragment_ids)
            self._page = message.new_session.page_script_hash
            self.session_id = message.new_session.initialize.session_id or self.session_id
        elif kind == "navigation":
            self._pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "file_urls_response":
            self._answers.pop(message.file_urls_response.response_id).set_result(message.file_urls_response)
        elif kind == "script_finished":
            self._finish(ForwardMsg.ScriptFinishedStatus.Name(message.script_finished))

    def _draw(self, metadata, delta):
        place, kind = tuple(metadata.delta_path), delta.WhichOneof("type")
        if kind == "add_block":
            self._elements.pop(place, None)
        elif kind == "new_element":
            kind = delta.new_element.WhichOneof("type")
            element = getattr(delta.new_element, kind)
            if kind == "empty":
                self._elements = {p: one for p, one in self._elements.items() if p[: len(place)] != place}
            elif kind == "imgs":
                new = {one.url for one in element.imgs if one.url.startswith("/media/")} - self.media
                self.media |= new
                self._fetching += [asyncio.create_task(self._fetch(url)) for url in new]
            elif kind in widgets.FIELDS and (element.set_value or element.id not in self._states):
                value = widgets.initial(kind, element)
                if value is not None:
                    self._states[element.id] = widgets.state(element.id, kind, value)
            self._elements[place] = self._run, kind, element, delta.fragment_id

    async def _fetch(self, url):
        answer = await self._http.get(url)
        return None if answer.status_code == 200 else f"{answer.status_code} for {url}"

    def _finish(self, status):
        if status == "FINISHED_EARLY_FOR_RERUN":
            return
        part = status == "FINISHED_FRAGMENT_RUN_SUCCESSFULLY"
        self._elements = {
            place: one for place, one in self._elements.items()
            if one[0] == self._run or (part and one[3] not in self._fragments)
        }  # fmt: skip
        there = {getattr(one[2], "id", "") for one in self._elements.values()}
        self._states = {one: state for one, state in self._states.items() if one in there}
        self._kept = {one: kept for one, kept in self._kept.items() if kept[1] > self._run - AGE}
        if self._done and not self._done.done():
            if status == "FINISHED_WITH_COMPILE_ERROR":
                self._done.set_exception(Broken(status))
            else:
                self._done.set_result(None)
