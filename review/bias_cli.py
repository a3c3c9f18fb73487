"""`medquant review appraise` and `appraisals`: risk of bias, applicability, reporting."""

import argparse
from typing import TYPE_CHECKING, Any

from db.command import add_authorship, add_json, add_verb, print_json, print_table, told
from review.completeness_cli import add_completeness_verb

if TYPE_CHECKING:
    from review.bias.appraisals import Appraised, Item

ANSWERS = ("yes", "probably_yes", "probably_no", "no", "no_information", "not_applicable")
LEVELS = ("low", "high", "unclear")


def add_bias_verbs(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add the verbs, `completeness` among them; nothing heavy is imported before one of them runs."""
    act = add_verb(verbs, "appraise", "answer a question of an appraisal tool, or judge one of its domains")
    act.add_argument("target", metavar="STUDY", help="identifier of the study, or of one of its comparisons")
    act.add_argument("--tool", required=True, metavar="TOOL", help="`review appraisals --tools` lists them")
    act.add_argument(
        "--question",
        required=True,
        metavar="ITEM",
        help="a question (domain.question), a domain, or overall; `review appraisals STUDY --tool TOOL` shows them",
    )
    act.add_argument("--answer", choices=ANSWERS, help="the answer, of a question")
    act.add_argument("--judgement", choices=LEVELS, help="risk of bias, of a domain or overall")
    act.add_argument(
        "--applicability", choices=LEVELS, help="concern about applicability, of a domain or overall"
    )
    act.add_argument("--locator", metavar="TEXT", type=told, help="page, table or section that shows it")
    act.add_argument(
        "--consensus",
        action="store_true",
        help="this is what the appraisers agreed on; their rows stay beside it",
    )
    add_authorship(act)
    act.set_defaults(run=_appraise)

    listing = add_verb(
        verbs, "appraisals", "list what was judged; of one study or comparison, the tool's whole form"
    )
    listing.add_argument("target", nargs="?", metavar="STUDY", help="only this study or comparison")
    listing.add_argument("--tool", metavar="TOOL", help="only this tool")
    listing.add_argument("--tools", action="store_true", help="list the tools, with source and licence")
    listing.add_argument(
        "--blind",
        metavar="NAME",
        help="hide what others judged as long as it is judged blind, so that NAME judges unbiased; "
        "what was judged with earlier versions of a tool is left out",
    )
    add_json(listing)
    listing.set_defaults(run=_appraisals)
    add_completeness_verb(verbs)


def _appraise(given: argparse.Namespace) -> None:
    import datetime as dt

    from sqlalchemy import select

    from db.errors import MedquantError, shown
    from db.models.appraisals import CONSENSUS
    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias
    from review.bias.appraisals import read_appraisals, suggestions
    from review.bias.appraising import Said, appraise, find_target
    from review.bias.blind import seen_by
    from review.bias.tool import tool_named

    tool, actor = tool_named(given.tool), current_actor(given.by)
    if actor == CONSENSUS:
        raise MedquantError(f"{shown(actor)} names the agreement, no person; give your name and --consensus")
    said = Said(
        given.reason,
        AppraisalAnswer(given.answer) if given.answer else None,
        RiskOfBias(given.judgement) if given.judgement else None,
        Concern(given.applicability) if given.applicability else None,
        given.locator,
    )
    appraiser = CONSENSUS if given.consensus else actor
    with writing(open_current(given.db), actor=actor, reason=given.reason) as connection:
        target = find_target(connection, given.target)
        today = dt.datetime.now(dt.UTC).date()
        new = appraise(connection, target, tool, given.question, said, appraiser=appraiser, today=today)
        number = connection.scalar(select(ChangeContext.change))
        stands = read_appraisals(connection, tool=tool.code, target=target.key)
    print(f"{target.key}, {tool.code} {given.question}: {'added' if new else 'replaced'}, change {number}")
    # who judges blind is told what the own answers suggest, not what others' do
    seen = seen_by(stands, tool, None if given.consensus else actor)
    mine = next(one for one in seen if one.target == target.key)
    about = given.question.partition(".")[0]
    if suggested := suggestions(mine, tool).get(about):
        print(f"  suggested for {about}: {suggested.judgement} ({suggested.why})")


def _appraisals(given: argparse.Namespace) -> None:
    from db.schema import open_current
    from db.session import reading
    from review.bias.appraisals import read_appraisals
    from review.bias.appraising import check_target, find_target
    from review.bias.blind import seen_by
    from review.bias.tool import tool_named, tools

    if given.tools:
        _list_tools(as_json=given.json)
        return
    tool = tool_named(given.tool) if given.tool else None
    with reading(open_current(given.db)) as connection:
        target = find_target(connection, given.target) if given.target else None
        found = read_appraisals(connection, tool=given.tool, target=given.target)
        if target is not None and tool is not None and not found:
            check_target(connection, target, tool)
    if given.blind:
        found = [one for known in tools().values() for one in seen_by(found, known, given.blind)]
    if given.json:
        print_json([_as_dict(appraised) for appraised in found])
    elif given.target and tool:
        _print_form(given.target, tool, found)
    else:
        _print_list(found)


def _list_tools(*, as_json: bool) -> None:
    from dataclasses import asdict

    from review.bias.tool import tools

    if as_json:
        print_json([asdict(tool) for tool in tools().values()])
        return
    for tool in tools().values():
        made = "home-made, validated by nobody" if tool.home_made else "paraphrase"
        print(
            f"{tool.code} {tool.version}: {tool.name} ({made}; of a {' or '.join(tool.units)}; "
            f"{len(tool.domains)} domains, {len(tool.questions)} questions)"
        )
        for words in (tool.about, tool.based_on, tool.wording, tool.licence, *tool.references):
            print(f"  {words}")


def _as_dict(appraised: "Appraised") -> dict[str, object]:
    from dataclasses import asdict

    from review.bias.appraisals import strangers, suggestions
    from review.bias.tool import tools

    tool = tools().get(appraised.tool)
    current = tool is not None and tool.version == appraised.version
    return {
        "target": appraised.target,
        "study_id": appraised.study_id,
        "comparison_id": appraised.comparison_id,
        "tool": appraised.tool,
        "version": appraised.version,
        "items": {
            name: {"state": item.state, "votes": [asdict(vote) for vote in item.votes]}
            for name, item in appraised.items.items()
        },
        "suggested": {name: asdict(s) for name, s in suggestions(appraised, tool).items()}
        if tool is not None and current
        else {},
        "doubts": strangers(appraised),
    }


def _print_list(found: "list[Appraised]") -> None:
    from review.bias.appraisals import strangers

    rows = []
    for appraised in found:
        for name, item in appraised.items.items():
            for vote in item.votes:
                said = vote.answer or vote.judgement or ""
                rows.append(
                    [appraised.target, f"{appraised.tool} {appraised.version}", name, vote.appraiser, said,
                     vote.applicability or "", item.state, vote.reason[:60]]
                )  # fmt: skip
    print_table(["target", "tool", "item", "appraiser", "said", "applicability", "state", "reason"], rows)
    print(f"{len(rows)} row(s) on {len(found)} appraisal(s)")
    for appraised in found:
        for doubt in strangers(appraised):
            print(f"  {appraised.target}: {doubt}")


def _print_form(target: str, tool: Any, found: "list[Appraised]") -> None:  # noqa: ANN401
    from review.bias.appraisals import Appraised, suggestions
    from review.bias.tool import OVERALL

    mine = [a for a in found if a.version == tool.version] or [
        Appraised(target, target, None, tool.code, tool.version, {})
    ]
    made = " (home-made, validated by nobody)" if tool.home_made else ""
    for appraised in mine:
        print(f"{appraised.target}: {tool.name} {tool.version}{made}")
        suggested = suggestions(appraised, tool)
        for code in tool.judged:
            domain = tool.domain(code)
            print(f"\n{code}: {domain.about if domain else 'over all domains'}")
            if domain is not None and domain.applicability:
                print(f"  applicability: {domain.applicability}")
            for item, question in zip(domain.items(), domain.questions, strict=True) if domain else ():
                print(f"  {item}{' (critical)' if question.critical else ''}: {question.text}")
                _print_votes(appraised.items.get(item))
            _print_votes(appraised.items.get(code))
            if code in suggested:
                basis = "domains" if code == OVERALL else "answers"
                print(f"  suggested by the {basis}: {suggested[code].judgement} ({suggested[code].why})")


def _print_votes(item: "Item | None") -> None:
    for vote in item.votes if item else ():
        parts = [vote.answer, vote.judgement and f"risk of bias {vote.judgement}"]
        parts.append(vote.applicability and f"concern about applicability {vote.applicability}")
        where = f" [{vote.locator}]" if vote.locator else ""
        print(f"    {vote.appraiser}: {', '.join(part for part in parts if part)} – {vote.reason}{where}")
    if item and item.state == "open":
        print("    the appraisers differ: no consensus yet")
