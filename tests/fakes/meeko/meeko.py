# SPDX-License-Identifier: MIT
"""meeko: what Meeko 0.5 to 0.7 offers to programs, as far as share/convert/meeko_pdbqt.py asks for it
(meeko/__init__.py, preparation.py, writer.py there): prepare() gives a list of setups, write_string()
text, whether it is good, and why not. The texts are those that Meeko 0.5.0 wrote for the molecules of
tests/data/prep/meeko, found by their names; `implicit` is told of as its writer.py tells of a
molecule without hydrogens, `untyped` as of an atom that it has no type for (both with no text), and
`throws` stands for whatever a molecule may make it throw. Each start is a line of $FAKE_LOG."""
import os

__version__ = "0.5.0"
if os.environ.get("FAKE_LOG"):
    with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
        log.write("meeko\n")


class MoleculePreparation:
    def prepare(self, mol):
        print("a warning that must not come between the answers")
        name = mol.GetProp("_Name")
        if name == "throws":
            raise KeyError("no such bond")
        return [name]


class PDBQTWriterLegacy:
    @staticmethod
    def write_string(name):
        if name == "implicit":
            return "", False, "molecule has implicit hydrogens (name=%s)\n" % name
        if name == "untyped":
            return "", False, "atom number 4 has None type, mol name: %s\n" % name
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "../../data/prep/meeko", name + ".pdbqt"), encoding="utf-8") as file:
            return file.read(), True, ""
