"""The cases: every shipped one is sound, and what a case may not say is told in one sentence."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from benchmark.catalogue import SHIPPED, case_of_text, find_cases, read_cases
from db.errors import MedquantError
from db.models.tables import Comparison, Study
from db.session import reading

GOOD = """
title = "A case"
about = "About it."
method = "ptq"
network = "tiny"
input_size = 32
splits = ["paper"]
seeds = [0]
minutes = 1

[training]
start = "none"
batch = 8

[[training.stages]]
name = "scratch"
epochs = 1
rate = 1e-3

[parameters]
scheme = "float16"

[[claims]]
study = "kanneti2026"
comparison = "kanneti2026-01"
statement = "a claim"
arm = "float16"
baseline = "fp32"
split = "paper"
part = "validation"
tolerance = 0.5
reason = "a reason"
"""


def test_the_kinds_of_compression_that_are_promised_have_a_case() -> None:
    cases = read_cases()
    assert {case.method for case in cases.values()} == {
        "baseline", "ptq", "mixed", "qat", "distillation", "pruning", "low_rank", "onnx", "torch",
    }  # fmt: skip
    schemes = {case.parameters["scheme"] for case in cases.values() if case.method == "ptq"}
    assert schemes >= {"float16", "dynamic_int8", "int8", "int8_per_tensor", "int16x8", "int4"}
    assert {case.network for case in cases.values()} == {
        "mobilenet_v2", "densenet_31", "mobilevit_xxs", "linear_attention",
    }  # fmt: skip


def test_the_baseline_has_the_three_stages_of_the_preprint() -> None:
    head, fine, extended = find_cases(["fp32_mobilenet_v2"])[0].training["stages"]
    assert (head["trainable"], fine["trainable"], extended["trainable"]) == ("head", "all", "all")
    assert fine["rate"] < head["rate"]
    assert (fine["schedule"], extended["schedule"]) == ("constant", "cosine")


def test_every_case_has_three_seeds_and_a_claim() -> None:
    for case in read_cases().values():
        assert len(case.seeds) >= 3, case.case_id
        assert case.claims, case.case_id


def test_the_claims_of_the_shipped_cases_are_in_the_shipped_corpus(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        studies = set(connection.scalars(select(Study.study_id)))
        comparisons = dict(connection.execute(select(Comparison.comparison_id, Comparison.study_id)).all())
    for case in read_cases().values():
        for claim in case.claims:
            assert claim.study in studies
            assert claim.comparison is None or comparisons[claim.comparison] == claim.study


def test_the_headline_is_claimed_with_its_tolerance() -> None:
    claims = {(c.comparison, c.arm, c.baseline): c.tolerance for c in find_cases(["fp16"])[0].claims}
    assert claims["kanneti2026-01", "float16", "fp32"] == 0.5


def test_the_hash_covers_the_case_and_the_one_it_starts_from() -> None:
    case = case_of_text("a", GOOD)
    assert case_of_text("b", GOOD).case_hash == case.case_hash
    assert case_of_text("a", GOOD.replace("tolerance = 0.5", "tolerance = 0.6")).case_hash != case.case_hash
    follower = GOOD.split("[training]", maxsplit=1)[0].replace(
        'network = "tiny"\ninput_size = 32', 'after = "a"'
    )
    own = case_of_text("c", follower, GOOD)
    other = case_of_text("c", follower, GOOD.replace("epochs = 1", "epochs = 2"))
    assert own.network == "tiny"
    assert own.case_hash != other.case_hash


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('method = "ptq"', 'method = "magic"', "method is 'magic'; allowed: baseline, ptq"),
        ('title = "A case"\n', "", "title is missing; it must be a text"),
        ('title = "A case"', 'title = " "', "title is empty"),
        ("input_size = 32", "input_size = 4", "input_size is 4; allowed: 8 to 1024"),
        ("input_size = 32", 'input_size = "32"', "it must be a whole number"),
        ("seeds = [0]", "seeds = []", "seeds is empty"),
        ("seeds = [0]", "seeds = [0, 0]", "names something twice"),
        ("seeds = [0]", "seeds = [-1]", "is -1; allowed"),
        ('splits = ["paper"]', 'splits = ["random"]', "allowed: paper, grouped"),
        ("rate = 1e-3", "rate = nan", "rate is nan"),
        ("rate = 1e-3", "rat = 1e-3", "'rat' is not expected"),
        ("tolerance = 0.5\n", "", "needs a tolerance, fixed beforehand"),
        ('comparison = "kanneti2026-01"\n', "", "an open question has none"),
        ('split = "paper"', 'split = "grouped"', "split 'grouped' is not run"),
        ("[training]", "[training", "not well-formed TOML"),
        ('network = "tiny"\n', "", "network is missing"),
        ("minutes = 1", "minutes = true", "it must be a number"),
    ],
)
def test_what_a_case_may_not_say(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(MedquantError, match=r"case\.toml") as error:
        case_of_text("case", GOOD.replace(old, new, 1))
    assert told in str(error.value)


def test_an_unknown_case_names_the_known_ones() -> None:
    with pytest.raises(MedquantError, match=r"no case 'fp17'; allowed: .*fp16"):
        find_cases(["fp17"])


def test_a_folder_without_cases_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match=r"holds no case"):
        read_cases(tmp_path)


def test_a_case_that_follows_another_may_not_have_a_network_of_its_own(tmp_path: Path) -> None:
    for name in ("fp32_mobilenet_v2", "fp16"):
        (tmp_path / f"{name}.toml").write_bytes((SHIPPED / f"{name}.toml").read_bytes())
    wrong = (tmp_path / "fp16.toml").read_text().replace('method = "ptq"', 'method = "ptq"\ninput_size = 96')
    (tmp_path / "fp16.toml").write_text(wrong)
    with pytest.raises(MedquantError, match="input_size comes from the case fp32_mobilenet_v2"):
        read_cases(tmp_path)
