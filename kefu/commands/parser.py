"""The command line's own mistakes, said in Chinese: which argument, what is wrong with it."""

import argparse
import re
from typing import NoReturn

# What argparse says, and how we say it; the names and values in it stay.
_SAID = (
    (r"the following arguments are required: (.*)", r"缺少 \1"),
    (r"one of the arguments (.*) is required", r"要写其中一个：\1"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 和 \2 不能一起用"),
    (r"argument (\S+): invalid choice: (\S+) \(choose from (.*)\)", r"\1 不能是 \2，可以是 \3"),
    (r"argument (\S+): invalid int value: (.*)", r"\1 要是整数，不是 \2"),
    (r"argument (\S+): expected one argument", r"\1 后面要写一个值"),
    (r"argument (\S+): (.*)", r"\1：\2"),
    (r"unrecognized arguments: (.*)", r"不认识 \1"),
    (r"ambiguous option: (.*) could match (.*)", r"\1 不清楚是哪个：\2"),
)


class Parser(argparse.ArgumentParser):
    """An argument parser for operators; its subcommands' parsers are of this class as well."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and a line that says what to put right."""
        self.exit(2, f"{self.format_usage()}错误：{worded(message)}\n")


def worded(message: str) -> str:
    """What argparse says, in Chinese; what is not known stays as it is."""
    for said, ours in _SAID:
        if (found := re.fullmatch(said, message, re.DOTALL)) is not None:
            return found.expand(ours)
    return message
