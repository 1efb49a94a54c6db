# SPDX-License-Identifier: MIT
"""The Meeko half of dock-prep --with meeko: one JSON object a line in, one a line out, until end of
input, as share/convert/rdkit.py does it. It is run by the Python of mk_prepare_ligand.py and makes
what that program makes of a molecule by default, in one process for all of them.

hello            -> meeko (its version)
pdbqt   sdf      -> pdbqt
"""
import contextlib
import json
import sys

sys.path.pop(0)  # what stands beside this file is not what it imports


def make(request):
    from meeko import MoleculePreparation, PDBQTWriterLegacy
    from rdkit import Chem, RDLogger

    RDLogger.DisableLog("rdApp.*")
    mol = Chem.MolFromMolBlock(request["sdf"], removeHs=False)
    if mol is None:
        return {"error": "RDKit cannot read the molecule"}
    setups = MoleculePreparation().prepare(mol)
    if len(setups) != 1:
        return {"error": "Meeko made %d molecules of it" % len(setups)}
    text, good, why = PDBQTWriterLegacy.write_string(setups[0])
    return {"pdbqt": text} if good else {"error": " ".join(why.split())[:300]}


def hello(_):
    from importlib import metadata

    import meeko
    try:
        return {"meeko": metadata.version("meeko")}
    except metadata.PackageNotFoundError:
        return {"meeko": getattr(meeko, "__version__", "unknown")}


def answer(request):
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return {"hello": hello, "pdbqt": make}[request["op"]](request)
    except Exception as why:  # whatever Meeko throws costs this molecule only
        return {"error": "%s: %s" % (type(why).__name__, " ".join(str(why).split())[:300])}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        got = dict(answer(request), id=request.get("id"))
        sys.stdout.write(json.dumps(got, separators=(",", ":")) + "\n")
        sys.stdout.flush()


main()
