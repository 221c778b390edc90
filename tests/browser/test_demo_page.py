"""The demo in a real browser: what people see is what has come, no less, no more, and not out of order."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from demo_screen import states, strings, tape, texts, until_given, until_status, until_text, until_writing

from partway.web._demo_scenarios import scenario

ANSWER = "".join(scenario("night").deltas)
NIGHT = json.loads(ANSWER[ANSWER.index("```json") + 7 : ANSWER.rindex("```")])
CUT_OFF = "".join(scenario("cut_off").deltas)
TOTAL = len(scenario("night").deltas)
HALF = len(scenario("cut_off").deltas)  # in the middle of a word
LINES_CUT = [
    [0, 1, 7, 40, 41, 200],
    [30, 90, 150, 300, 11, 500],
    [64] * 6,
    [700, 1500, 3, 1, 2, 900],
]


# It grows


def test_the_language_is_there_before_the_frameworks(visit, demo):
    replay = demo.start("language")
    page = visit(demo.address("language", replay))
    until_status(page, "Paused")
    assert states(page) == {"": "absent", "language": "absent", "frameworks": "absent"}

    demo.steer(replay, step=1)
    until_given(page, 1)
    assert tape(page) == "```"
    assert states(page) == {"": "absent", "language": "absent", "frameworks": "absent"}

    demo.steer(replay, step=1)
    until_writing(page, "language")
    assert states(page) == {"": "streaming", "language": "absent", "frameworks": "absent"}

    demo.steer(replay, step=1)
    until_text(page, "language", "javascript")
    assert states(page) == {"": "streaming", "language": "complete", "frameworks": "absent"}

    demo.steer(replay, step=1)
    until_status(page, "Complete")
    assert states(page) == {"": "complete", "language": "complete", "frameworks": "complete"}
    assert page.locator("[data-path=frameworks]").get_attribute("data-empty") == ""
    assert tape(page) == "".join(scenario("language").deltas)


def test_a_text_grows_by_each_character_that_comes(visit, demo):
    replay = demo.start("language", cut=1)
    page = visit(demo.address("language", replay))
    before = len('```json\n{\n  "language": "')
    demo.steer(replay, step=before)
    until_writing(page, "language")
    for length in range(1, len("javascript") + 1):
        demo.steer(replay, step=1)
        until_text(page, "language", "javascript"[:length])
        assert states(page)["language"] == "streaming"
        assert states(page)["frameworks"] == "absent"
    demo.steer(replay, step=1)
    page.wait_for_selector("[data-path=language][data-state=complete]")


def test_cards_are_drawn_before_they_come_and_settle_one_by_one(visit, demo):
    replay = demo.start("night")
    page = visit(demo.address("night", replay))
    until_status(page, "Paused")
    cards = page.locator("[data-path=targets] li[data-kind=object]")
    assert cards.count() == len(NIGHT["targets"])
    assert states(page)["targets"] == "absent"
    settled: set[str] = set()
    for number in range(48, TOTAL, 48):
        demo.steer(replay, step=48)
        until_given(page, number)
        now = {path for path, state in states(page).items() if path.startswith("targets[") and state == "complete"}
        assert settled <= now
        settled = now
    assert settled
    demo.steer(replay, step=TOTAL)
    until_status(page, "Complete")
    assert set(states(page).values()) == {"complete"}
    assert cards.count() == len(NIGHT["targets"])


def test_all_that_has_come_is_on_the_page_as_it_was_written(visit, demo):
    replay = demo.start("night", cut=16, per_second=500)
    page = visit(demo.address("night", replay))
    demo.steer(replay, playing=True)
    until_status(page, "Complete")
    until_given(page, len(scenario("night").pieces(16)))
    written = strings(NIGHT)
    shown = texts(page)
    assert shown == {path: written[path] for path in shown}
    assert len(shown) == 27
    assert tape(page) == ANSWER
    assert page.locator("[data-path='targets[3].magnitude'] .ink").text_content() == "5.8"
    assert page.locator("[data-path='date'] .ink").text_content() == "12 August 2026"
    assert page.locator("[data-path='targets[1].kind']").get_attribute("data-choice") == "double star"


def test_what_did_not_fit_is_marked_and_the_rest_is_complete(visit, demo):
    replay = demo.start("misfit")
    page = visit(demo.address("misfit", replay))
    demo.steer(replay, step=TOTAL)
    until_status(page, "Did not fit")
    found = states(page)
    assert [path for path, state in found.items() if state == "rejected"] == ["targets[1].magnitude"]
    assert {state for path, state in found.items() if path != "targets[1].magnitude"} == {"complete"}
    assert "targets[1].magnitude" in page.locator("#verdict").text_content()
    assert texts(page)["targets[1].note"] == NIGHT["targets"][1]["note"]


def test_an_answer_that_is_cut_off_says_so_and_keeps_what_had_come(visit, demo):
    replay = demo.start("cut_off")
    page = visit(demo.address("cut_off", replay))
    demo.steer(replay, step=TOTAL)
    until_status(page, "Cut off")
    assert page.locator("#verdict").is_visible()
    assert "targets[2].note" in page.locator("#verdict").text_content()
    found = states(page)
    assert [path for path, state in found.items() if state == "cut"] == ["", "targets", "targets[2]", "targets[2].note"]
    assert found["targets[1]"] == "complete"
    assert found["advice"] == "absent"
    assert texts(page)["targets[2].note"] == CUT_OFF[CUT_OFF.rindex('"') + 1 :]
    assert tape(page) == CUT_OFF


# It survives


def test_a_reload_in_the_middle_finds_the_replay_where_it_is(visit, demo):
    replay = demo.start("night")
    page = visit(demo.address("night", replay))
    demo.steer(replay, step=HALF)
    until_given(page, HALF)
    until_writing(page, "targets[2].note")
    before = texts(page), states(page), tape(page)
    started = []
    page.on("request", lambda request: started.append(request.url) if request.url.endswith("/replays") else None)
    page.reload()
    until_given(page, HALF)
    until_writing(page, "targets[2].note")
    assert (texts(page), states(page), tape(page)) == before
    demo.steer(replay, step=TOTAL)
    until_status(page, "Complete")
    shown = texts(page)
    assert shown == {path: strings(NIGHT)[path] for path in shown}
    assert started == []


def test_an_address_of_a_replay_that_is_gone_starts_it_anew(visit, demo):
    page = visit(f"{demo.url}#language/gone", quiet=False)  # the browser tells of the 404
    page.wait_for_function("() => !location.hash.endsWith('gone') && location.hash.startsWith('#language/')")
    until_status(page, "Streaming")


@pytest.mark.parametrize("cuts", LINES_CUT, ids=str)
def test_no_character_is_wrong_or_missing_after_the_line_was_cut(visit, demo, cuts):
    replay = demo.start("night", cut=5, per_second=600)
    dropped, demo.cuts[:] = demo.dropped, cuts
    page = visit(demo.address("night", replay), quiet=False)  # the browser tells of the connections that were lost
    page.evaluate(_WATCH, strings(NIGHT))
    demo.steer(replay, playing=True)
    until_status(page, "Complete")
    until_given(page, len(scenario("night").pieces(5)))
    assert demo.dropped >= dropped + 5
    shown = texts(page)
    assert shown == {path: strings(NIGHT)[path] for path in shown}
    assert tape(page) == ANSWER
    assert page.evaluate("() => window.wrong") == []


_WATCH = """(final) => {
  window.wrong = [];
  new MutationObserver(() => {
    for (const place of document.querySelectorAll('#object [data-kind=text]')) {
      const text = place.querySelector('.ink').textContent;
      if (!final[place.dataset.path]?.startsWith(text) && text) window.wrong.push([place.dataset.path, text]);
    }
  }).observe(document.getElementById('object'), { subtree: true, childList: true, characterData: true });
}"""


# For everybody


def test_it_is_steered_with_the_keys_alone(visit, demo):
    replay = demo.start("night")
    page = visit(demo.address("night", replay))
    until_status(page, "Paused")
    page.keyboard.press("s")
    until_given(page, 1)
    page.keyboard.press("p")
    until_status(page, "Streaming")
    page.keyboard.press("p")
    until_status(page, "Paused")
    page.keyboard.press("1")
    page.wait_for_function("() => location.hash.startsWith('#language/')")
    page.keyboard.press("4")
    page.wait_for_function("() => location.hash.startsWith('#cut_off/')")
    until_status(page, "Streaming")
    here = page.evaluate("() => location.hash")
    page.keyboard.press("r")
    page.wait_for_function("(before) => location.hash !== before", arg=here)


def test_the_shortcuts_can_be_turned_off(visit, demo):
    replay = demo.start("night")
    page = visit(demo.address("night", replay))
    until_status(page, "Paused")
    page.locator("#keys").focus()
    page.keyboard.press("Space")
    page.keyboard.press("s")
    page.locator("#step").focus()
    page.keyboard.press("Enter")
    until_given(page, 1)
    assert demo.steer(replay)["given"] == 1


def test_every_control_is_reached_with_tab_and_shows_its_focus(visit, demo):
    page = visit(demo.address("night", demo.start("night")))
    until_status(page, "Paused")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(_FOCUS)
        if not name:  # all of them were reached, and the next stop is the browser's
            break
        reached.append(name)
        assert outlined, f"{name} does not show that it has the focus"
    wanted = {"skip", "scenario", "theme", "tape", "model", "replay", "play", "step", "pace", "cut", "keys"}
    assert wanted <= set(reached)


_FOCUS = """() => {
  const one = document.activeElement;
  const shown = one.type === 'radio' ? one.nextElementSibling : one;
  const name = one.tagName === 'SUMMARY' ? one.parentElement.id : one.id || one.name || one.className;
  return [name, getComputedStyle(shown).outlineStyle !== 'none'];
}"""


def test_what_is_announced_is_how_it_goes_and_not_each_character(visit, demo):
    replay = demo.start("language")
    page = visit(demo.address("language", replay))
    until_status(page, "Paused")
    live = page.locator("[role=status], [aria-live]")
    assert live.count() == 1
    assert live.text_content() == "Paused"
    assert page.locator("#object").get_attribute("aria-busy") == "true"
    demo.steer(replay, step=4)
    until_status(page, "Complete")
    assert live.text_content().startswith("Complete. ")
    assert page.locator("#object").get_attribute("aria-busy") == "false"


def lightness(page: Any) -> float:
    """How light the page is, from 0 to 255."""
    color = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return sum(map(float, color.removeprefix("rgb(").removesuffix(")").split(","))) / 3


def test_it_is_dark_where_that_is_preferred_and_turned_with_a_key(visit, demo):
    address = demo.address("night", demo.start("night"))
    page = visit(address, color_scheme="dark")
    until_status(page, "Paused")
    assert lightness(page) < 40
    page.keyboard.press("t")
    assert lightness(page) > 200
    page.reload()
    assert lightness(page) > 200
    light = visit(address, color_scheme="light")
    assert lightness(light) > 200


def test_nothing_moves_where_that_is_preferred(visit, demo):
    replay = demo.start("night")
    address = demo.address("night", replay)
    demo.steer(replay, step=TOTAL // 2)
    calm = visit(address)
    moving = visit(address, reduced_motion="no-preference")
    for page in (calm, moving):
        until_given(page, TOTAL // 2)
        page.evaluate("() => { document.body.dataset.status = 'streaming' }")  # as if more came
    assert calm.evaluate("() => document.getAnimations().length") == 0
    assert moving.evaluate("() => document.getAnimations().length") > 0


@pytest.mark.parametrize("name", ["language", "misfit", "cut_off"])
def test_a_phone_need_not_scroll_sideways(visit, demo, name):
    replay = demo.start(name)
    page = visit(demo.address(name, replay), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    until_status(page, "Paused")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    demo.steer(replay, step=TOTAL)
    page.wait_for_selector("#verdict", state="visible")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert page.evaluate(_WIDER) == []


_WIDER = """() => [...document.querySelectorAll('#object .value, button, select, input')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest('#scenarios'))
  .map((one) => one.outerHTML)"""


def test_what_comes_does_not_push_about_what_is_there(visit, demo):
    replay = demo.start("night", per_second=600)
    page = visit(demo.address("night", replay), viewport={"width": 1280, "height": 1400})
    until_status(page, "Paused")
    page.evaluate(_SHIFTS)
    demo.steer(replay, playing=True)
    until_status(page, "Complete")
    assert page.evaluate("() => window.shifted") < 0.05  # 0.1 counts as good: https://web.dev/articles/cls


_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifted += entry.value)))
    .observe({ type: 'layout-shift', buffered: false });
}"""


# Pictures

DESK = {"width": 1360, "height": 1000}
PHONE = {"width": 390, "height": 844}
PICTURES = [
    ("demo-light", "night", " hundred", {"viewport": DESK, "color_scheme": "light"}),
    ("demo-dark", "night", " hundred", {"viewport": DESK, "color_scheme": "dark"}),
    ("demo-cut-off", "cut_off", " blown", {"viewport": DESK, "color_scheme": "light"}),
    ("demo-phone", "night", " blue", {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True}),
]


@pytest.mark.parametrize(("name", "shown", "until", "how"), PICTURES, ids=[each[0] for each in PICTURES])
def test_it_has_its_picture_taken(visit, demo, tmp_path, name, shown, until, how):
    deltas = 1 + next(at for at, delta in enumerate(scenario(shown).deltas) if until in delta)
    replay = demo.start(shown, playing=True, per_second=0.5)
    page = visit(demo.address(shown, replay), **how)
    demo.steer(replay, step=deltas - demo.steer(replay)["given"])
    page.wait_for_function("(word) => document.querySelector('#object').textContent.includes(word)", arg=until)
    picture = tmp_path / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
    if os.environ.get("PARTWAY_SCREENSHOTS") == "1":
        from PIL import Image  # noqa: PLC0415  # it makes them small

        kept = Path(__file__).parents[2] / "docs" / "screenshots" / picture.name
        Image.open(picture).convert("RGB").quantize(256, kmeans=2, dither=Image.Dither.NONE).save(kept, optimize=True)
