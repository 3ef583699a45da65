"""A page taken apart, so that tests can ask what is in it rather than how it is spelt."""

from html.parser import HTMLParser

from detector.report.html import page
from schemas.alert import Alert


class Parts(HTMLParser):
    """Every tag, attribute and text of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, without the style sheet."""
        return " ".join(part for part in self.texts if "box-sizing" not in part)


def parts(alerts: list[Alert], **summary: object) -> Parts:
    """The page for these alerts, taken apart."""
    return Parts(page(alerts, summary))
