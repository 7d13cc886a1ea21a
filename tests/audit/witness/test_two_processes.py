"""Two processes, and many threads, on one witness's folder: one chain of heads comes out."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from audit.tlog.witness_request import SIZE_TYPE, parse_size
from tests.audit.witness.conftest import NOW, Post, Village, open_post

ROOT = Path(__file__).parents[3]
REQUESTS = 300


def race(post: Post, words: list[str]) -> list[list[tuple[int, int]]]:
    """Let one process for each word ask for its branch; return what each was cosigned, as old and new size."""
    with ExitStack() as stack:
        askers = []
        for word in words:
            command = [
                sys.executable,
                "-m",
                "tests.audit.witness.asker",
                str(post.folder),
                "0",
                str(REQUESTS),
                word,
            ]
            pipe = subprocess.PIPE
            asker = stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
            )
            stack.callback(asker.kill)
            assert asker.stdout
            assert asker.stdout.readline() == "ready\n"
            askers.append(asker)
        with ThreadPoolExecutor() as pool:
            outputs = list(pool.map(lambda asker: asker.communicate("go\n", 120), askers))
    assert not any("Traceback" in errors for _, errors in outputs)
    assert [asker.returncode for asker in askers] == [0] * len(words)
    return [
        [(int(line.split()[0]), int(line.split()[1])) for line in output.splitlines()]
        for output, _ in outputs
    ]


def check_chain(post: Post, steps: list[tuple[int, int]]) -> None:
    """Each head was cosigned on top of the one before it: no size was left twice, none was rolled back."""
    assert len({old for old, _ in steps}) == len(steps)
    ordered = sorted(steps)
    assert [old for old, _ in ordered] == [0, *(new for _, new in ordered[:-1])]
    assert post.newest()[0] == ordered[-1][1]


def test_two_processes_for_one_log(tmp_path: Path) -> None:
    post = open_post(tmp_path / "witness", Village())
    first, second = race(post, ["", ""])
    assert first
    assert second
    check_chain(post, first + second)
    assert post.witness.logs()[0].forks == 0


def test_two_processes_for_two_branches_of_it(tmp_path: Path) -> None:
    post = open_post(tmp_path / "witness", Village())
    first, second = race(post, ["a", "b"])
    assert not (first and second)
    check_chain(post, first + second)
    assert post.witness.logs()[0].forks > 0


@pytest.mark.parametrize("threads", [8])
def test_many_threads(post: Post, village: Village, threads: int) -> None:
    village.grow(200)
    bodies = {old: village.request(old, old + 1) for old in range(200)}

    def ask(_: int) -> list[tuple[int, int]]:
        done, old = [], 0
        while old < 200:
            answer = post.witness.answer(bodies[old], NOW)
            if answer.media_type == SIZE_TYPE:
                old = parse_size(answer.body)
            else:
                assert answer.refusal is None
                done.append((old, old + 1))
                old += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        steps = [step for done in pool.map(ask, range(threads)) for step in done]
    assert len(steps) == 200
    check_chain(post, steps)
