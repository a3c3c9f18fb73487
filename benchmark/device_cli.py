"""The verbs of `medquant benchmark` for other devices: pack a case, take the result in."""

import argparse
from pathlib import Path

from benchmark.running_cli import add_images, add_machine, machine_of
from db.command import add_verb, whole


def add_device_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pack` and `unpack`."""
    pack = verbs.add_parser(
        "pack",
        help="make one zip that measures a case on another device with one command",
        description="Make one zip that measures a case on another device with one command.",
    )
    pack.add_argument("case", metavar="CASE", help="the case by name")
    pack.add_argument("--split", choices=("paper", "grouped"), default="paper", help="default: paper")
    pack.add_argument("--seed", type=whole, default=0, metavar="N", help="random seed (default: 0)")
    pack.add_argument("--out", type=Path, metavar="FILE", help="the zip (default: medquant-CASE.zip)")
    pack.add_argument(
        "--images", type=whole, default=100, metavar="N", help="images of the sample (default: 100)"
    )
    pack.add_argument(
        "--include-images",
        action="store_true",
        help="pack images of your own folder too: they may show patients",
    )
    add_images(pack)
    add_machine(pack)
    pack.set_defaults(run=_pack, model=None, value_range="0..255")

    unpack = add_verb(verbs, "unpack", "take in the result of a pack as a run on a device")
    unpack.add_argument("result", type=Path, metavar="RESULT", help="the result.json that run.py wrote")
    unpack.add_argument(
        "--by", metavar="NAME", help="who takes it in (default: MEDQUANT_ACTOR, else log-in name)"
    )
    unpack.set_defaults(run=_unpack)


def _pack(given: argparse.Namespace) -> None:
    import os

    from benchmark.campaign import Wanted, job_of
    from benchmark.catalogue import find_cases
    from benchmark.job import LOG
    from benchmark.pack import pack
    from benchmark.progress import Bar
    from benchmark.quiet import quiet

    (case,) = find_cases([given.case])
    wanted = Wanted(case, given.split, given.seed)
    job = job_of(f"pack-{case.case_id}.{given.split}.s{given.seed}", wanted, machine_of(given))
    out = given.out or Path(f"medquant-{case.case_id}.zip")
    job.folder.mkdir(parents=True, exist_ok=True)
    with (
        os.fdopen(os.dup(2), "w") as terminal,  # the bar's own way to the terminal, past the quiet
        Bar(f"{case.case_id}: ", terminal) as bar,
        quiet(job.folder / LOG),
    ):
        packed = pack(job, out, images=given.images, include_images=given.include_images, progress=bar)
    print(
        f"{packed.file}: {', '.join(packed.arms)} with {packed.images} images; on the device unzip it and run "
        "`python run.py`"
    )


def _unpack(given: argparse.Namespace) -> None:
    from benchmark.device_result import read_result
    from benchmark.unpack import unpack
    from db.schema import open_current
    from db.session import current_actor

    result = read_result(given.result)
    run_id = unpack(open_current(given.db), result, actor=current_actor(given.by))
    print(f"{run_id}: done, on {result.facts['device']['device'] or result.facts['device']['processor']}")
