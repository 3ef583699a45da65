"""Which files a replay reads."""

from pathlib import Path

import pytest

from detector.replay.paths import LogFile, MissingInputError, find_files, says_log


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files in several places."""
    for name in ("b.json", "a/z.json", "a/README.md", ".git/c.json", ".hidden.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"{}")
    return tmp_path


def names(files: list[LogFile], folder: Path) -> list[str]:
    """Their paths below `folder`."""
    return [str(Path(file.path).relative_to(folder)) for file in files]


def test_a_folder_is_read_in_depth_and_sorted(folder) -> None:
    """Every file below a folder is found, in order; folders with a leading dot are left out."""
    found = find_files([str(folder)])

    assert [".hidden.json", "a/README.md", "a/z.json", "b.json"] == names(found, folder)
    assert {False} == {file.named for file in found}


def test_a_pattern_finds_files_and_folders(folder) -> None:
    """A pattern may match files and folders."""
    assert ["a/README.md", "a/z.json", "b.json"] == names(find_files([f"{folder}/*"]), folder)
    assert ["a/z.json", "b.json"] == names(find_files([f"{folder}/**/*.json"]), folder)


def test_a_file_is_read_once(folder) -> None:
    """A file named twice, or named and found, is read once, as named."""
    (folder / "link.json").symlink_to(folder / "b.json")

    found = find_files([str(folder / "b.json"), str(folder), str(folder / "a/../b.json")])

    assert 1 == len([file for file in found if file.path.endswith(("b.json", "link.json"))])
    assert [True] == [file.named for file in found if file.path.endswith("b.json")]


def test_the_order_of_paths_makes_no_difference(folder) -> None:
    """Files come sorted however they were named, standard input last."""
    paths = ["-", str(folder / "b.json"), str(folder / "a" / "z.json")]

    assert find_files(paths) == find_files(paths[::-1])
    assert "-" == find_files(paths)[-1].path


@pytest.mark.parametrize("path", ["absent.json", "absent/*.json"])
def test_a_missing_path_is_wrong_use(folder, path) -> None:
    """A path or pattern that names nothing is an error that repeats it."""
    with pytest.raises(MissingInputError, match="absent"):
        find_files([str(folder / path)])


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(folder) -> None:
    """A name with brackets that exists is taken as it stands."""
    (folder / "a[1].json").write_bytes(b"{}")

    assert [f"{folder}/a[1].json"] == [file.path for file in find_files([f"{folder}/a[1].json"])]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("123456789012_CloudTrail_us-east-1_20240101T0000Z_Xy7.json.gz", True),
        ("a.jsonl", True),
        ("a.NDJSON.XZ", True),
        ("20240101T0000Z.gz", True),
        ("a.zip", True),
        ("labels.csv", False),
        ("labels.csv.gz", False),
        ("syslog.log", False),
        ("README.md", False),
        ("LICENSE", False),
        (".gz", False),
    ],
)
def test_a_name_says_whether_the_file_claims_to_be_a_log(name, expected) -> None:
    """Endings tell, also below a compression."""
    assert expected == says_log(name)
