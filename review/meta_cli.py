"""`medquant review meta`: a meta-analysis of a spreadsheet, without a database."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.command import add_json, print_json

if TYPE_CHECKING:
    import pandas as pd

    from review.meta.front.answer import Answer
    from review.meta.front.companions import Wish
    from review.meta.front.question import Question
    from review.meta.front.sample import Sample

METHODS = ("REML", "ML", "DL", "HE", "HS", "HSk", "SJ", "EB", "PM", "PMM", "FE")
TESTS = ("knha", "adhoc", "t", "z")
TRIM = ("L0", "R0", "Q0")
FIGURES = (
    "forest",
    "funnel",
    "bubble",
    "baujat",
    "gosh",
    "radial",
    "leave-one-out-forest",
    "cumulative-forest",
)
ABOUT = "pool a spreadsheet's effects: random effects, moderators, multilevel models, bias and sensitivity; needs no database"


def add_meta_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb; nothing heavy is imported before it runs."""
    parser = verbs.add_parser("meta", help=ABOUT, description=ABOUT[0].upper() + ABOUT[1:] + ".")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a .csv, .tsv or .xlsx table with one row per effect"
    )
    _add_columns(parser.add_argument_group("columns"))
    _add_model(parser.add_argument_group("model"))
    _add_companions(parser.add_argument_group("bias, sensitivity, decisions"))
    _add_figures(parser.add_argument_group("figures (.svg, .png or .pdf)"))
    parser.add_argument(
        "--report", action="store_true", help="print the methods and results sentences of a paper"
    )
    add_json(parser)
    parser.set_defaults(run=_meta)


def _add_columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--yi", default="yi", metavar="COLUMN", help="effects (default: yi)")
    group.add_argument("--vi", metavar="COLUMN", help="sampling variances (default: vi)")
    group.add_argument("--se", metavar="COLUMN", help="standard errors, in place of variances")
    group.add_argument("--labels", metavar="COLUMN", help="names of the rows (default: their numbers)")
    group.add_argument(
        "--cluster", metavar="COLUMN", help="clusters: adds CR2 standard errors with Satterthwaite df"
    )
    group.add_argument(
        "--multilevel",
        metavar="STUDY/ES",
        help="columns of the levels, such as study/es: a three-level model; one column gives one level",
    )
    group.add_argument(
        "--crossed", metavar="COLUMN", help="a second factor crossed with the study, such as the data set"
    )


def _add_model(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--method",
        default="REML",
        choices=METHODS,
        help="estimator of tau2 (default: REML); FE: equal effects",
    )
    group.add_argument(
        "--test",
        choices=TESTS,
        help="knha: Knapp-Hartung (default); adhoc: never narrower than z; t (multilevel: default); z",
    )
    group.add_argument("--mods", metavar="FORMULA", help='moderators, such as "x1 + C(x2)"')
    group.add_argument(
        "--rho",
        type=float,
        metavar="R",
        help="multilevel: correlation of sampling errors within a study, 0 to 1 (CHE)",
    )
    group.add_argument(
        "--no-variance", action="store_true", help="ignore variances: equal weights, CR2 by cluster"
    )
    group.add_argument(
        "--random-intercept",
        action="store_true",
        help="with --no-variance: a random intercept per cluster (REML)",
    )
    group.add_argument(
        "--level", type=float, default=95.0, metavar="PERCENT", help="of all intervals (default: 95)"
    )
    group.add_argument(
        "--prediction",
        choices=("k-2", "metafor"),
        default="k-2",
        help="independent rows: df of the prediction interval, k-2 (Riley, default) or as metafor: k-1, the normal "
        "distribution for z (multilevel: always as metafor, k-1 for t)",
    )
    group.add_argument(
        "--profile", action="store_true", help="multilevel: profile-likelihood limits of the components"
    )


def _add_companions(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--leave-one-out",
        action="store_true",
        help="without each row; multilevel and without variances: without each study",
    )
    group.add_argument(
        "--cumulative", metavar="COLUMN", help="adding rows (or studies) in the order of a column"
    )
    group.add_argument(
        "--influence", action="store_true", help="Cook's distance, DFFITS, DFBETAS and the like"
    )
    group.add_argument(
        "--subgroup", metavar="COLUMN", help="pool each group of rows, and test their differences"
    )
    group.add_argument("--egger", action="store_true", help="Egger's test; multilevel: by CR2")
    group.add_argument("--begg", action="store_true", help="Begg's rank test")
    group.add_argument("--pet-peese", action="store_true", help="precision-effect tests and estimates")
    group.add_argument("--trimfill", action="store_true", help="trim and fill")
    group.add_argument(
        "--trimfill-estimator", choices=TRIM, default="L0", help="of the number of missing rows (default: L0)"
    )
    group.add_argument("--fail-safe", action="store_true", help="fail-safe N (Rosenthal, Orwin, Rosenberg)")
    group.add_argument("--excess", action="store_true", help="test of excess significance")
    group.add_argument(
        "--henmi-copas", action="store_true", help="interval that a bias by small studies moves little"
    )
    group.add_argument("--selection", action="store_true", help="three-parameter selection model")
    group.add_argument("--rho-grid", action="store_true", help="multilevel: the estimate under rho 0 to 0.9")
    group.add_argument(
        "--margin",
        type=float,
        metavar="M",
        help="equivalence and non-inferiority against a margin in units of yi",
    )
    group.add_argument(
        "--harm",
        choices=("low", "high"),
        default="low",
        help="on which side of 0 a change is harm (default: low)",
    )


def _add_figures(group: argparse._ArgumentGroup) -> None:
    for name in FIGURES:
        group.add_argument(
            f"--{name}", type=Path, metavar="PICTURE", help=f"draw the {name.replace('-', ' ')} plot"
        )
    group.add_argument(
        "--columns",
        type=lambda words: words.split(","),
        default=[],
        metavar="COLUMN,…",
        help="columns of the table to show left of the forest",
    )
    group.add_argument(
        "--favours",
        nargs=2,
        default=("", ""),
        metavar=("LEFT", "RIGHT"),
        help="words below the forest's axis",
    )
    group.add_argument(
        "--measure",
        default="Effect",
        metavar="NAME",
        help="what the effect is called on the axes (default: Effect)",
    )
    group.add_argument(
        "--ratio", action="store_true", help="effects are log ratios: label the axes as ratios"
    )


def _meta(given: argparse.Namespace) -> None:
    from db.errors import MedquantError
    from review.meta.errors import InvalidInput
    from review.meta.front.answer import answer
    from review.meta_table import check_columns, numbers_of, read_table

    question, wish = _question(given), _wish(given)
    named = [question.labels, question.cluster, question.study, question.estimate, question.crossed]
    computed = f"{question.mods} {wish.cumulative} {question.yi} {question.vi} {question.se}"
    table = read_table(given.file, [name for name in named if name is not None and name not in computed])
    named += [wish.subgroup, wish.cumulative, *given.columns]
    check_columns(table, [name for name in named if name is not None], given.file)
    for name in (question.yi, question.vi, question.se):
        if name is not None:
            table[name] = numbers_of(table, name, given.file)
    try:
        found = answer(table, question, wish)
    except InvalidInput as error:
        raise MedquantError(f"{given.file}: {error}") from None
    wanted = {name: getattr(given, name.replace("-", "_")) for name in FIGURES}
    pictures = {name: path for name, path in wanted.items() if path is not None}
    drawn = given.draw_meta(found, pictures, **_look(given, table, found.sample)) if pictures else []
    _print(found, given)
    if not given.json:
        for path in drawn:
            print(f"{path}: written")


def _question(given: argparse.Namespace) -> "Question":
    from db.errors import MedquantError
    from review.meta.front.question import Question

    if given.vi is not None and given.se is not None:
        raise MedquantError("--vi and --se were both given: name variances or standard errors")
    levels = [] if given.multilevel is None else [name.strip() for name in given.multilevel.split("/")]
    if given.multilevel is not None and not (1 <= len(levels) <= 2 and all(levels)):
        raise MedquantError(
            f"--multilevel {given.multilevel!r} names no levels: give STUDY/ES, such as study/es"
        )
    variances = not given.no_variance
    return Question(
        yi=given.yi,
        vi=None if given.no_variance or given.se else (given.vi or "vi"),
        se=None if given.no_variance else given.se,
        labels=given.labels,
        method=given.method,
        test=given.test,
        mods=given.mods,
        cluster=given.cluster,
        study=levels[0] if levels else None,
        estimate=levels[1] if len(levels) == 2 else None,
        crossed=given.crossed,
        rho=given.rho,
        variances=variances,
        random_intercept=given.random_intercept,
        level=given.level,
        prediction=given.prediction,
    )


def _wish(given: argparse.Namespace) -> "Wish":
    from review.meta.front.companions import Wish

    return Wish(
        leave_one_out=given.leave_one_out,
        cumulative=given.cumulative,
        influence=given.influence,
        subgroup=given.subgroup,
        egger=given.egger,
        begg=given.begg,
        pet_peese=given.pet_peese,
        trimfill=given.trimfill_estimator if given.trimfill else None,
        fail_safe=given.fail_safe,
        excess=given.excess,
        henmi_copas=given.henmi_copas,
        selection=given.selection,
        rho_grid=given.rho_grid,
        profile=given.profile,
        margin=given.margin,
        harm=given.harm,
    )


def _look(given: argparse.Namespace, table: "pd.DataFrame", sample: "Sample") -> dict[str, Any]:
    from review.meta.front.companions import column_of

    columns = {name: column_of(table, name, sample, gaps=True) for name in given.columns}
    return {
        "ratio": given.ratio,
        "measure": given.measure,
        "favours": tuple(given.favours),
        "columns": columns,
    }


def _print(found: "Answer", given: argparse.Namespace) -> None:
    if given.json:
        document: dict[str, Any] = found.to_dict()
        if given.report:
            document["report_text"] = found.report_text()
        print_json(document)
        return
    print(found)
    if given.report:
        print()
        print(found.report_text())
