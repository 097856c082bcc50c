#!/usr/bin/python3
"""Looks at Bifrost's page in headless Chromium: waits until it has shown something, and prints what it says.

    ops/browse.py ADDRESS [--picture FILE --width PIXELS --height PIXELS --dark]

Prints JSON: the text of the page, how long it took from the navigation, and every request that it made to another
place than its own. Exits with 1 when nothing is shown within a minute, or when there is such a request.
"""
import argparse
import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse

import websocket

SECONDS_MAX = 60


class Browser:
    def __init__(self, profile):
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )
        address = next(line.split()[-1] for line in self.process.stderr if line.startswith("DevTools listening"))
        self.socket = websocket.create_connection(address, timeout=SECONDS_MAX)
        self.number, self.session, self.requests = 0, None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "Network.requestWillBeSent":
                self.requests.append(answer["params"]["request"]["url"])
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait()


def look(options, browser):
    if options.width:
        browser.ask("Emulation.setDeviceMetricsOverride", width=options.width, height=options.height,
                    deviceScaleFactor=1, mobile=options.width < 600)
    scheme = "dark" if options.dark else "light"
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Network.enable")
    browser.ask("Page.enable")
    began = time.monotonic()
    browser.ask("Page.navigate", url=options.address)
    shown = "document.body && document.querySelectorAll('#positions td').length > 0"
    while not browser.evaluate(shown):
        if time.monotonic() - began > SECONDS_MAX:
            sys.exit(f"expected a page within {SECONDS_MAX} s, was: {browser.evaluate('document.body.innerText')}")
        time.sleep(0.01)
    seconds = time.monotonic() - began
    if options.picture:
        # The curve and the values of a past day come after what can be read at once.
        whole = ("document.querySelector('#curve path') && "
                 "/[0-9]/.test(document.querySelector('#positions td:last-child').innerText)")
        while not browser.evaluate(whole) and time.monotonic() - began < SECONDS_MAX:
            time.sleep(0.05)
        picture = browser.ask("Page.captureScreenshot", format="png", captureBeyondViewport=False)
        with open(options.picture, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
    home = urllib.parse.urlsplit(options.address).netloc
    strange = [url for url in browser.requests if urllib.parse.urlsplit(url).netloc not in (home, "")]
    text = browser.evaluate("document.body.innerText")
    print(json.dumps({"text": text, "seconds": round(seconds, 3), "elsewhere": strange}))
    return 1 if strange else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--picture")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int, default=1400)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            sys.exit(look(options, browser))
        finally:
            browser.close()


main()
