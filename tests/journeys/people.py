"""What people do in Amble, click by click, so that the stories can say it in their words."""

import re
from collections.abc import Callable

from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Locator, Page


class Person:
    """Someone at a browser of their own. Every page they come to is checked with `axe`, once for each heading."""

    def __init__(self, page: Page, axe: Callable[[Page], None] | None = None):
        self.page, self.axe, self.seen = page, axe, set()

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str) -> None:
        self.click_through(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.click_through(self.page.locator("a").filter(has_text=name).first)

    def click_through(self, element: Locator) -> None:
        """Click and wait for the page that comes of it."""
        with self.page.expect_navigation():
            element.click()
        heading = self.page.locator("h1").first.inner_text()
        if self.axe and heading not in self.seen:
            self.seen.add(heading)
            self.axe(self.page)

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)

    def choose(self, group: str, answer: str) -> None:
        """One radio button of the question that begins with these words."""
        question = self.page.get_by_role("group", name=re.compile(re.escape(group)))
        question.get_by_role("radio", name=re.compile(rf"^{answer}\b")).first.check()

    def let_a_week_go_by(self) -> None:
        self.press("Demo: let a week go by")

    def sees(self, text: str) -> bool:
        self.page.get_by_text(text).first.wait_for()
        return True


class Patient(Person):
    def comes_by_link_and_code(self, email: str) -> None:
        self.go(re.search(r"http://\S+/invitation/\S+", newest_mail(email, "invite"))[0])
        self.press("Send me a code")
        code = re.search(r"^([A-Z0-9-]{5,})$", newest_mail(email, "code"), re.MULTILINE)[1]
        self.write("Code", code)
        self.press("Confirm")

    def agrees(self) -> None:
        for choice in self.page.get_by_role("radio", name="Yes", exact=True).all():
            choice.check()
        self.click_through(self.page.get_by_role("button").filter(has_text=re.compile("Continue|Save")).first)

    def answers_the_safety_questions(self, *yes: str) -> None:
        """With no, but for the questions that hold one of these words."""
        while "/my/safety/" in self.page.url:
            for question in self.page.locator("fieldset").all():
                said = "Yes" if any(word in question.inner_text() for word in yes) else "No"
                question.get_by_role("radio", name=said, exact=True).check()
            self.press("Continue")

    def tells_the_story(self, *, activity: str) -> None:
        for name, text in (
            ("going_on", "My back hurts since I moved house."),
            ("worry", "That one wrong move will make it worse."),
            ("missing", "Walking with friends."),
        ):
            self.page.locator(f"[name={name}]").fill(text)
            self.press("Save and continue")
        self.page.locator("[name=activity_1]").fill(activity)
        self.press("Save and continue")

    def answers_the_measures(self, *, ticks: int = 2) -> None:
        """Every page: some sentences ticked, the middle of a scale, the second of a list."""
        self.follow("Start")
        while self.page.get_by_role("button", name="Continue").count():
            boxes = self.page.locator("input[type=checkbox]")
            for index in range(min(ticks, boxes.count())):
                boxes.nth(index).check()
            for group in self.page.locator("fieldset:has(input[type=radio])").all():
                choices = group.get_by_role("radio")
                choices.nth(5 if choices.count() > 8 else 1).check()
            self.press("Continue")
        self.press("Send my answers")

    def tells_the_week(self, *, days: int, confidence: int) -> None:
        self.go("/my/check-in/")
        self.choose("On how many days did you do", str(days))
        self.write("About how many minutes each time?", "15")
        self.choose("How much did your back hold you back", "4")
        self.choose("How was your back pain", "5")
        self.choose("How sure are you that you can do your activity", str(confidence))
        self.choose("Is anything new", "No")
        self.press("Save my week")

    def sets_a_goal(self, *, confidence: int) -> None:
        self.go("/my/activity/")
        self.follow("Brisk walking")
        self.choose("On how many days a week?", "2")
        self.page.locator("[name=minutes]").fill("20")
        self.write("When?", "after breakfast")
        self.choose("How sure are you that you can do this?", str(confidence))
        self.press("Set my plan")


class Physiotherapist(Person):
    def adds_a_patient(self, *, name: str, email: str) -> None:
        self.go("/clinic/patients/new/")
        self.write("Name", name)
        self.page.locator("[name=birth_date]").fill("1970-05-01")
        self.write("E-mail address", email)
        self.write("Months of pain", "14")
        invite = self.page.get_by_label(re.compile("invit", re.IGNORECASE))
        if invite.count() and not invite.first.is_checked():
            invite.first.check()
        self.click_through(self.page.locator("main form button[type=submit]").first)

    def starts_etmi(self, name: str) -> None:
        self.go("/clinic/")
        row = self.page.locator("li.amble-row--tall").filter(has_text=name)
        self.click_through(row.get_by_role("button", name="Start ETMI"))

    def opens(self, name: str) -> None:
        self.go("/clinic/patients/")
        self.follow(name)

    def holds_an_etmi_session(self, *, minutes: str) -> None:
        self.follow("ETMI session")
        self.page.locator("[name=minutes]").fill(minutes)
        for modality in ("Reassurance", "Activity planning"):
            self.page.get_by_label(modality, exact=True).first.check()
        self.page.locator("#id_walk_done").check()
        self.write("What the patient predicted", "It will get much worse")
        self.write("What did happen", "A little more pain, no harm")
        self.choose("Pain before", "5")
        self.choose("Pain after", "6")
        self.choose("Fear before", "7")
        self.choose("Fear after", "4")
        for fully in self.page.locator("input[type=radio][name^=mark_][value='2']").all():
            fully.check()
        self.press("Save session")


def newest_mail(to: str, about: str) -> str:
    """The text of the newest e-mail to this address, sent by the worker that the service runs."""
    call_command("run_worker", once=True)
    found = [m for m in mail.outbox if m.to == [to] and about in (m.subject + m.body).lower()]
    assert found, f"no e-mail about {about!r} to {to}; there are {[m.subject for m in mail.outbox]}"
    return found[-1].body
