"""What a page of Amble must never do, and what a person who uses assistive technology would meet on it."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Watch:
    """Collects what a page of Amble must never do: load from elsewhere, lack a file, or complain."""

    def __init__(self, page: Page, own_host: str) -> None:
        self.faults: list[str] = []
        self.own_host = own_host
        page.on("request", self.see_request)
        page.on("response", self.see_response)
        page.on("console", self.see_console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))

    def see_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.own_host:
            self.faults.append(f"request to another host: {request.url}")

    def see_response(self, response: Response) -> None:
        # A refused page or form is what some tests ask for; a missing style, script or picture never is.
        if response.status >= 500 or (
            response.status >= 400 and response.request.resource_type not in ("document", "xhr", "fetch")
        ):
            self.faults.append(f"{response.status} for {response.url}")

    def see_console(self, message: ConsoleMessage) -> None:
        # Only a test that takes the connection away meets these of htmx.
        expected = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
        if message.type == "error" and not message.text.startswith(expected):
            self.faults.append(f"console: {message.text}")


def axe_problems(page: Page, axe_source: str) -> list[str]:
    """Every violation axe finds, one line for the rule and one for the element."""
    page.evaluate(axe_source)
    result = page.evaluate("tags => axe.run({runOnly: tags})", AXE_TAGS)
    return [
        f"{violation['id']}: {violation['help']}\n    {node['target']} {node['html'][:150]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
