"""Every public model of the package is found and judged; a new one needs no test of its own."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isabstract, isclass
from pkgutil import iter_modules

import pytest

import models
from models.base import Model
from models.checks import Check, yield_checks


def every_model() -> list[type[Model]]:
    """The concrete public models, by the modules that define them."""
    return [
        kind
        for module in iter_modules(models.__path__, "models.")
        for name, kind in getmembers(import_module(module.name), isclass)
        if issubclass(kind, Model) and not isabstract(kind)
        if kind.__module__ == module.name and not name.startswith("_")
    ]


def every_check() -> Iterator[object]:
    """Each model with each of its checks."""
    for kind in every_model():
        for name, check in yield_checks(kind):
            yield pytest.param(check, id=f"{kind.__name__}-{name}")


@pytest.mark.parametrize("check", list(every_check()))
def test_check(check: Check) -> None:
    """The model passes this check."""
    check()


def test_models_are_found() -> None:
    """Discovery finds models in more than one module."""
    assert {"EdgeBurst", "Running", "Together"} <= {kind.__name__ for kind in every_model()}


@pytest.mark.parametrize("kind", every_model(), ids=lambda kind: kind.__name__)
def test_models_are_exported(kind: type[Model]) -> None:
    """Every model can be imported from the package itself."""
    assert kind.__name__ in models.__all__
