# SPDX-License-Identifier: MIT
"""The RDKit half of dock-prep: one JSON object a line in, one a line out, until end of input.

Every request is whole (nothing is remembered between two), and the same request gives the same
answer, which carries the request's id. {"error": reason} says why a molecule cannot be used.
lib/cli/convert starts this program with python3 -I, gives each request a time limit, and
restarts it when it hangs or dies.

hello                                -> rdkit
parse   text, format (sdf, smi)      -> smiles, charge, stripped[], stereo, flat
finish  text, format, protonated, seed, embed
                                     -> sdf, smiles, isomer, charge, heavy, polar[], rejected,
                                        embedded
template text (PDB), smiles          -> sdf, smiles, heavy
"""
import contextlib
import io
import json
import math
import re
import sys

try:
    from rdkit import Chem, RDLogger, rdBase
    from rdkit.Chem import AllChem, rdForceFieldHelpers, rdDistGeom
except ImportError:
    Chem = None

PLANE = 1e-4  # Å; coordinates with less depth than this are a drawing


class Refused(Exception):
    """The molecule cannot be used; the text is for the user."""


def one_line(text):
    return " ".join(str(text).split())


def problem(mol):
    """What RDKit has against a molecule that it could parse but not accept."""
    for p in Chem.DetectChemistryProblems(mol):
        return one_line(p.Message())
    return "not a possible molecule"


def parse_raw(parse, *args, **options):
    """What RDKit can parse, accepted or not; it tells its log, and nobody else, why it cannot."""
    log = io.StringIO()
    RDLogger.EnableLog("rdApp.error")
    with contextlib.redirect_stderr(log):
        raw = parse(*args, sanitize=False, **options)
    RDLogger.DisableLog("rdApp.error")
    if raw is not None:
        return raw
    for told in re.split(r"\[\d\d:\d\d:\d\d\] ", log.getvalue()):
        told = re.sub(r"^SMILES Parse Error: | for input: '.*'$", "", one_line(told))
        if told and "****" not in told:
            raise Refused("RDKit cannot read it: " + told[:200])
    raise Refused("RDKit cannot read it")


def read(text, form):
    """The molecule with the hydrogens it came with, accepted by RDKit."""
    if form == "smi":
        text = (text.split() or [""])[0]
    if form == "smi":
        raw = parse_raw(Chem.MolFromSmiles, text)
        mol = Chem.MolFromSmiles(text)
    else:
        raw = parse_raw(Chem.MolFromMolBlock, text, removeHs=False)
        mol = Chem.MolFromMolBlock(text, removeHs=False)
    if raw.GetNumAtoms() == 0:
        raise Refused("no atoms")
    if mol is None:
        raise Refused(problem(raw))
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0:
            raise Refused("a dummy atom or query: '%s'" % (atom.GetSmarts() or "*"))
        if atom.GetAtomicNum() == 1:
            atom.SetIsotope(0)  # deuterium docks as hydrogen does, and RemoveHs keeps it
    return mol


def heavy_atoms(mol):
    return [a for a in mol.GetAtoms() if a.GetAtomicNum() > 1]


def strip(mol):
    """The largest organic fragment and the SMILES of the others."""
    frags = list(Chem.GetMolFrags(mol, asMols=True))
    if len(frags) == 1:
        return frags[0], []
    names = [Chem.MolToSmiles(Chem.RemoveHs(f)) for f in frags]
    sizes = [len(heavy_atoms(f)) if any(a.GetAtomicNum() == 6 for a in f.GetAtoms()) else 0
             for f in frags]
    most = max(sizes)
    if most == 0:
        raise Refused("no organic fragment among %d" % len(frags))
    best = sizes.index(most)
    for i, size in enumerate(sizes):
        if size == most and names[i] != names[best]:
            raise Refused("two fragments of equal size: %s and %s" % (names[best], names[i]))
    return frags[best], [n for i, n in enumerate(names) if i != best]


def is_flat(mol):
    """No coordinates, or those of a drawing. Coordinates that are no numbers are refused."""
    if mol.GetNumConformers() == 0:
        return True
    places = mol.GetConformer().GetPositions().tolist()
    if not all(math.isfinite(c) for p in places for c in p):
        raise Refused("a coordinate is not finite")
    if mol.GetNumAtoms() == 1:
        return False
    return max(p[2] for p in places) - min(p[2] for p in places) < PLANE


def parent_of(request):
    """The fragment to dock, with its hydrogens, and without; what was stripped; is it a drawing."""
    whole = read(request["text"], request["format"])
    full, stripped = strip(whole)
    flat = is_flat(full)
    if flat:
        bare = Chem.RemoveHs(full)
        full = bare
    else:
        full.GetConformer().Set3D(True)
        Chem.AssignStereochemistryFrom3D(full)
        for atom in full.GetAtoms():
            atom.SetIntProp("_full", atom.GetIdx())
        bare = Chem.RemoveHs(full)
    return full, bare, stripped, flat


def turns(bond):
    """A double bond that stereo does not hold: an N-H imine, an amidine, a guanidine."""
    for one, other in ((bond.GetBeginAtom(), bond.GetEndAtom()),
                       (bond.GetEndAtom(), bond.GetBeginAtom())):
        if one.GetAtomicNum() == 7 and (one.GetTotalNumHs(True) or any(
                n.GetAtomicNum() == 7 and n.GetIdx() != one.GetIdx()
                for n in other.GetNeighbors())):
            return True
    return False


def is_acid(atom):
    """S or P with two terminal oxygens: its =O and -OH are one and the same in water."""
    return atom.GetAtomicNum() in (15, 16) and sum(
        n.GetAtomicNum() == 8 and n.GetDegree() == 1 for n in atom.GetNeighbors()) > 1


def is_centre(mol, atom, kind):
    """RDKit also proposes square planar silicon and the like: four different neighbours decide."""
    if is_acid(atom):
        return False
    if kind == Chem.StereoType.Atom_Tetrahedral:
        return True
    ranks = Chem.CanonicalRankAtoms(mol, breakTies=False)
    return atom.GetTotalNumHs() < 2 and atom.GetTotalDegree() == 4 and len(
        {ranks[n.GetIdx()] for n in atom.GetNeighbors()}) == atom.GetDegree()


def unspecified(mol):
    """How many stereo centres and double bonds nobody assigned."""
    count = 0
    for s in Chem.FindPotentialStereo(mol):
        if s.specified != Chem.StereoSpecified.Unspecified:
            continue
        if s.type == Chem.StereoType.Bond_Double:
            count += not turns(mol.GetBondWithIdx(s.centeredOn))
        else:
            count += is_centre(mol, mol.GetAtomWithIdx(s.centeredOn), s.type)
    return count


def smiles_order(mol):
    """Canonical SMILES and the indexes of the heavy atoms in its order."""
    text = Chem.MolToSmiles(mol)
    order = list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    return text, [i for i in order if mol.GetAtomWithIdx(i).GetAtomicNum() > 1]


def parse(request):
    _, bare, stripped, flat = parent_of(request)
    return {"smiles": smiles_order(bare)[0], "charge": Chem.GetFormalCharge(bare),
            "stripped": stripped, "stereo": unspecified(bare), "flat": flat}


def state_of(bare, order, text):
    """{atom: (charge, hydrogens)} of the other state, its bonds; why it is rejected, or None."""
    other = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False)
    if other is None:
        return None, None, "RDKit cannot read it"
    theirs = [a.GetIdx() for a in other.GetAtoms() if a.GetAtomicNum() > 1]
    if len(theirs) != len(order) or any(
            bare.GetAtomWithIdx(i).GetAtomicNum() != other.GetAtomWithIdx(k).GetAtomicNum()
            for i, k in zip(order, theirs)):
        return None, None, "its atoms are others"
    mine = dict(zip(theirs, order))
    bonds = {frozenset((mine[b.GetBeginAtomIdx()], mine[b.GetEndAtomIdx()])): b.GetBondType()
             for b in other.GetBonds()
             if b.GetBeginAtomIdx() in mine and b.GetEndAtomIdx() in mine}
    states = {}
    for k, i in mine.items():
        atom = other.GetAtomWithIdx(k)
        hydrogens = sum(n.GetAtomicNum() == 1 for n in atom.GetNeighbors())
        states[i] = (atom.GetFormalCharge(), hydrogens)
    charge = sum(s[0] for s in states.values()) - Chem.GetFormalCharge(bare)
    gained = sum(s[1] for s in states.values()) - sum(
        a.GetTotalNumHs(True) for a in heavy_atoms(bare))
    if charge != gained:
        return None, None, "charge changes by %+d, hydrogens by %+d" % (charge, gained)
    problems = Chem.DetectChemistryProblems(other)
    return states, bonds, one_line(problems[0].Message()) if problems else None


def protonate(full, bare, text):
    """full in the state that Open Babel proposes: (molecule, None), or (full, why rejected)."""
    _, order = smiles_order(bare)
    states, bonds, why = state_of(bare, order, text)
    if why:
        return full, why
    changed = [i for i, (charge, hydrogens) in states.items()
               if charge != bare.GetAtomWithIdx(i).GetFormalCharge()
               or hydrogens != bare.GetAtomWithIdx(i).GetTotalNumHs(True)]
    if not changed:
        return full, None
    place = {a.GetIdx(): a.GetIntProp("_full") if a.HasProp("_full") else a.GetIdx()
             for a in bare.GetAtoms()}
    new = Chem.RWMol(full)
    Chem.Kekulize(new, clearAromaticFlags=True)
    for pair, kind in bonds.items():
        bond = new.GetBondBetweenAtoms(*(place[i] for i in pair))
        if bond is None:
            return full, "its bonds are others"
        if bond.GetBondType() != kind:
            bond.SetBondType(kind)
    drop = []
    for i in changed:
        atom = new.GetAtomWithIdx(place[i])
        atom.SetFormalCharge(states[i][0])
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(states[i][1])
        drop += [n.GetIdx() for n in atom.GetNeighbors() if n.GetAtomicNum() == 1]
    for i in sorted(drop, reverse=True):
        new.RemoveAtom(i)
    mol = new.GetMol()
    if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return full, "RDKit does not accept it"
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol, None


def embed(mol, seed):
    """Coordinates by ETKDG and a force field; the seed makes them reproducible."""
    mol.RemoveAllConformers()
    params = rdDistGeom.ETKDGv3()
    params.randomSeed = seed
    if rdDistGeom.EmbedMolecule(mol, params) < 0:
        params.useRandomCoords = True
        if rdDistGeom.EmbedMolecule(mol, params) < 0:
            raise Refused("no 3D structure found (impossible stereochemistry?)")
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.MMFFOptimizeMolecule(mol, maxIters=500)
    elif rdForceFieldHelpers.UFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.UFFOptimizeMolecule(mol, maxIters=500)


def isomer(mol):
    """SMILES with the stereo that the coordinates have, also where nobody specified it."""
    built = Chem.Mol(mol)
    Chem.AssignStereochemistryFrom3D(built)
    return Chem.MolToSmiles(Chem.RemoveHs(built))


def describe(mol):
    """What every finished molecule is answered with. polar: how many hydrogens are certainly, and
    how many at most, not on carbon."""
    mol.SetProp("_Name", "")
    on = [a.GetNeighbors()[0].GetAtomicNum() for a in mol.GetAtoms()
          if a.GetAtomicNum() == 1 and a.GetDegree() == 1]
    return {"sdf": Chem.MolToMolBlock(mol), "smiles": Chem.MolToSmiles(Chem.RemoveHs(mol)),
            "isomer": isomer(mol), "charge": Chem.GetFormalCharge(mol),
            "heavy": len(heavy_atoms(mol)),
            "polar": [sum(z in (7, 8, 16) for z in on), sum(z != 6 for z in on)]}


def finish(request):
    full, bare, _, flat = parent_of(request)
    why = None
    if request.get("protonated"):
        full, why = protonate(full, bare, request["protonated"])
    mol = Chem.AddHs(full, addCoords=not flat)
    if flat:
        embed(mol, request["seed"])
    is_flat(mol)
    return dict(describe(mol), rejected=why, embedded=flat)


def template(request):
    mol = Chem.MolFromPDBBlock(request["text"], sanitize=False, removeHs=True)
    wanted = Chem.MolFromSmiles(request["smiles"])
    if wanted is None:
        raise Refused("RDKit cannot read the SMILES '%s'" % request["smiles"])
    if mol is None or mol.GetNumAtoms() == 0:
        raise Refused("RDKit cannot read the residue")
    if mol.GetNumHeavyAtoms() != wanted.GetNumHeavyAtoms():
        raise Refused("the residue has %d heavy atoms, the SMILES has %d"
                      % (mol.GetNumHeavyAtoms(), wanted.GetNumHeavyAtoms()))
    try:
        mol = AllChem.AssignBondOrdersFromTemplate(wanted, mol)
    except ValueError:
        raise Refused("the residue is not the molecule of the SMILES") from None
    Chem.SanitizeMol(mol)
    mol = Chem.AddHs(mol, addCoords=True)
    Chem.AssignStereochemistryFrom3D(mol)
    return describe(mol)


def hello(_):
    return {"rdkit": rdBase.rdkitVersion, "python": sys.version.split()[0]}


def answer(request):
    if Chem is None:
        return {"error": "RDKit is not installed"}
    try:
        return {"hello": hello, "parse": parse, "finish": finish,
                "template": template}[request["op"]](request)
    except Refused as why:
        return {"error": str(why)}
    except Exception as why:  # whatever RDKit throws costs this molecule only
        return {"error": "RDKit: %s: %s" % (type(why).__name__, one_line(why)[:300])}


def main():
    if Chem is not None:
        RDLogger.DisableLog("rdApp.*")
        if hasattr(rdBase, "LogToPythonStderr"):
            rdBase.LogToPythonStderr()  # for parse_raw
    for line in sys.stdin:
        request = json.loads(line)
        got = dict(answer(request), id=request.get("id"))
        sys.stdout.write(json.dumps(got, separators=(",", ":")) + "\n")
        sys.stdout.flush()


main()
