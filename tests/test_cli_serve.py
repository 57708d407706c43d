import logging
import socket
import subprocess
import sys

import pytest
import uvicorn

from agesex import cli, cli_serve


@pytest.fixture
def served(monkeypatch):
    """What would be served: the configuration of uvicorn and its sockets."""
    served = {}

    def run(self, sockets):
        served.update(config=self.config, address=sockets[0].getsockname())

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setattr(logging, "basicConfig", lambda **options: None)
    return served


def serve(capsys, *arguments):
    status = cli.main(["serve", *arguments])
    return status, *capsys.readouterr()


def test_it_listens_on_this_computer_and_says_where(capsys, served):
    status, out, err = serve(capsys, "--port", "0")
    host, port = served["address"]
    assert (status, out, host) == (0, "", "127.0.0.1")
    assert err == f"agesex answers at http://127.0.0.1:{port}/v1/predict\n"
    config = served["config"]
    assert not config.access_log and config.timeout_graceful_shutdown > 60 and not config.server_header


def test_options_reach_the_server(capsys, served):
    options = ["--workers", "3", "--max-waiting", "5", "--timeout", "7", "--model", "cnn"]
    serve(capsys, "--port", "0", *options)
    settings = served["config"].app.state.settings
    assert (settings.workers, settings.max_waiting, settings.timeout, settings.model) == (3, 5, 7, "cnn")
    assert served["config"].timeout_graceful_shutdown > 7


@pytest.mark.parametrize(("key", "warned"), [("", True), ("open sesame", False)])
def test_an_open_address_without_a_key_is_said(capsys, served, monkeypatch, key, warned):
    monkeypatch.setenv("AGESEX_API_KEY", key)
    _, _, err = serve(capsys, "--port", "0", "--host", "0.0.0.0")
    assert ("AGESEX_API_KEY" in err) == warned and "sesame" not in err
    assert served["config"].app.state.settings.key == (key or None)


def test_a_port_that_is_taken_is_one_sentence(capsys, served):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, _, err = serve(capsys, "--port", str(taken.getsockname()[1]))
    assert status == 1 and "cannot listen" in err and err.count("\n") == 1 and not served


@pytest.mark.parametrize("host", ["no such host", "x" * 70])
def test_a_host_that_is_none_is_one_sentence(capsys, served, host):
    status, _, err = serve(capsys, "--host", host)
    assert status == 1 and "cannot listen" in err and err.count("\n") == 1


def test_an_unknown_model_is_said_before_the_start(capsys, served):
    status, _, err = serve(capsys, "--model", "nobody")
    assert status == 1 and "nobody" in err and not served


@pytest.mark.parametrize("wrong", [["--port", "65536"], ["--workers", "0"], ["--timeout", "x"], ["--model"]])
def test_wrong_arguments_are_status_2(capsys, wrong):
    with pytest.raises(SystemExit) as stop:
        cli.main(["serve", *wrong])
    assert stop.value.code == 2 and wrong[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "wrong", "expected"),
    [
        ("--workers", "abc", "of at least 1"),
        ("--max-waiting", "0", "of at least 1"),
        ("--timeout", "1.5", "of at least 1"),
        ("--port", "abc", "from 0 to 65535"),
        ("--port", "65536", "from 0 to 65535"),
    ],
)
def test_a_wrong_number_is_told_what_is_expected(capsys, option, wrong, expected):
    with pytest.raises(SystemExit):
        cli.main(["serve", option, wrong])
    assert f"{option}: expected a whole number {expected}; received '{wrong}'\n" in capsys.readouterr().err


def test_without_its_packages_it_says_what_to_install(capsys, monkeypatch):
    found = cli_serve.importlib.util.find_spec
    monkeypatch.setattr(
        cli_serve.importlib.util, "find_spec", lambda name: None if name == "prometheus_client" else found(name)
    )
    status, out, err = serve(capsys)
    assert (status, out) == (1, "") and err.count("\n") == 1
    assert "pip install prometheus-client (" in err and "requirements-api.txt" in err


def test_the_other_commands_need_none_of_its_packages():
    code = (
        "import sys\n"
        "for name in ('fastapi', 'uvicorn', 'prometheus_client', 'python_multipart'): sys.modules[name] = None\n"
        "from agesex import cli; cli._parser()\n"
        "from agesex import AgeSex; AgeSex()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
