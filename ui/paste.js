// Waits for a picture that is pasted anywhere on the page and hands its bytes over; nothing is stored.
const NO_TEXT = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];
let stop = () => {}; // Streamlit calls the function below again without its clean-up, e.g. on a new theme
let latest = 0;

function takesText(element) {
  if (!(element instanceof Element)) return false;
  if (element.matches("input")) return !NO_TEXT.includes(element.type);
  return element.matches("textarea") || element.isContentEditable;
}

function isPicture(file, suffixes) {
  const name = file.name.toLowerCase(); // a system that does not know the suffix leaves the type empty
  return file.type.startsWith("image/") || suffixes.some((suffix) => name.endsWith(suffix));
}

export default function ({ parentElement, data, setTriggerValue }) {
  const said = parentElement.querySelector("p");
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);

  function say(text) {
    said.textContent = mac ? text.replace("Ctrl+V", "Cmd+V") : text;
  }

  function pasted(event) {
    if (takesText(event.composedPath()[0])) return;
    const items = event.clipboardData ? [...event.clipboardData.items] : [];
    const files = items.map((item) => item.getAsFile()).filter(Boolean); // null for text
    const file = files.find((one) => isPicture(one, data.suffixes));
    if (!file) return say(data.nothing);
    event.preventDefault();
    if (file.size > data.most) return say(data.refused);
    const mine = ++latest; // of two quick pastes the later one counts, however long its file takes
    const reader = new FileReader();
    reader.onload = () => {
      if (mine !== latest || !parentElement.isConnected) return;
      say(data.from);
      setTriggerValue("picture", reader.result);
    };
    reader.onerror = () => say(data.unreadable);
    reader.readAsDataURL(file);
  }

  stop();
  document.addEventListener("paste", pasted);
  stop = () => document.removeEventListener("paste", pasted);
  say(data.here ? data.from : data.hint);
  return () => document.removeEventListener("paste", pasted);
}
