"""What the demo plays is what it says, and is what it was recorded from."""

from __future__ import annotations

from pathlib import Path

import pytest

from partway import MismatchError, TruncatedJSONError, UsageError, stream
from partway._recording import read_recording
from partway.web._demo_scenarios import SCENARIOS, Language, Night, scenario

EXAMPLE = Path(__file__).parents[2] / "examples" / "language.md"


def test_the_language_is_the_example_delta_by_delta():
    recorded = read_recording(EXAMPLE.read_text("utf-8")).chunks
    contents = [chunk["choices"][0]["delta"]["content"] for chunk in recorded if isinstance(chunk, dict)]
    assert list(scenario("language").deltas) == [content for content in contents if content is not None]
    assert stream(scenario("language").deltas, Language).result() == Language(language="javascript", frameworks=[])


def test_the_night_is_whole():
    night = stream(scenario("night").deltas, Night).result()
    assert isinstance(night, Night)
    assert len(night.targets) == 6


def test_the_misfit_is_one_place_and_the_rest_is_the_night():
    run = stream(scenario("misfit").deltas, Night)
    with pytest.raises(MismatchError) as caught:
        run.result()
    assert [rejection.path for rejection in run.rejected] == [("targets", 1, "magnitude")]
    assert caught.value.path == ("targets", 1, "magnitude")


def test_what_is_cut_off_ends_in_a_text():
    run = stream(scenario("cut_off").deltas, Night)
    with pytest.raises(TruncatedJSONError) as caught:
        run.result()
    assert caught.value.path == ("targets", 2, "note")


@pytest.mark.parametrize("each", SCENARIOS, ids=lambda each: each.name)
@pytest.mark.parametrize("cut", [None, 1, 7, 10_000])
def test_a_cut_changes_nothing_but_the_pieces(each, cut):
    pieces = each.pieces(cut)
    assert "".join(pieces) == "".join(each.deltas)
    assert cut is None or {len(piece) for piece in pieces[:-1]} <= {cut}


@pytest.mark.parametrize("each", SCENARIOS, ids=lambda each: each.name)
def test_a_page_is_told_the_skeleton_and_the_source(each):
    told = each.as_dict()
    assert [field["name"] for field in told["skeleton"]["fields"]] == list(each.model.model_fields)
    assert f"class {each.model.__name__}(BaseModel):" in told["source"]


def test_what_cannot_be_is_refused():
    with pytest.raises(UsageError, match="there is no scenario 'x'; there are language, night, misfit, cut_off"):
        scenario("x")
    with pytest.raises(UsageError, match="cut is 0: text is cut into pieces of at least 1 character"):
        scenario("night").pieces(0)
