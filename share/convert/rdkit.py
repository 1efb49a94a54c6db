# SPDX-License-Identifier: MIT
"""The RDKit half of dock-prep: one JSON object a line in, one a line out, until end of input.

Every request is whole (nothing is remembered between two), and the same request gives the same
answer, which carries the request's id. {"error": reason} says why a molecule cannot be used.
lib/cli/convert starts this program with python3 -I, gives each request a time limit, and
restarts it when it hangs or dies.

hello                                -> rdkit
parse   text, format (sdf, smi)      -> smiles, charge, stripped[], stereo, flat
variants text, format, tautomers, isomers, limit, seed
                                     -> variants[text, format, smiles, part, same], more
state   text, format, protonated     -> smiles, same, rejected
finish  text, format, protonated, seed, rings
                                     -> sdf, smiles, isomer, charge, heavy, polar[], rejected,
                                        embedded; with rings: more,
                                        conformers[sdf, isomer, energy]
template text (PDB), smiles          -> sdf, smiles, heavy
"""
import contextlib
import io
import itertools
import json
import math
import re
import sys

try:
    from rdkit import Chem, RDLogger, rdBase
    from rdkit.Chem import AllChem, rdForceFieldHelpers, rdDistGeom, rdMolAlign
    from rdkit.Chem.MolStandardize import rdMolStandardize
except ImportError:
    Chem = None

PLANE = 1e-4  # Å; coordinates with less depth than this are a drawing
TRIES = 200  # tautomers, and steps towards them, that are looked at
SHAPE = 0.3  # Å; rings that are further from each other have another shape
WINDOW = 6.0  # kcal/mol above the best, in which another shape of the rings is worth docking
CONFORMERS = 40  # that are built to find shapes of rings


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


def open_stereo(mol):
    """The centres and double bonds that nobody assigned, in order."""
    return sorted(((s.type == Chem.StereoType.Bond_Double, s.centeredOn)
                   for s in Chem.FindPotentialStereo(mol)
                   if s.specified == Chem.StereoSpecified.Unspecified and (
                       not turns(mol.GetBondWithIdx(s.centeredOn))
                       if s.type == Chem.StereoType.Bond_Double
                       else is_centre(mol, mol.GetAtomWithIdx(s.centeredOn), s.type))))


def smiles_order(mol):
    """Canonical SMILES and the indexes of the heavy atoms in its order."""
    text = Chem.MolToSmiles(mol)
    order = list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    return text, [i for i in order if mol.GetAtomWithIdx(i).GetAtomicNum() > 1]


def parse(request):
    _, bare, stripped, flat = parent_of(request)
    return {"smiles": smiles_order(bare)[0], "charge": Chem.GetFormalCharge(bare),
            "stripped": stripped, "stereo": len(open_stereo(bare)), "flat": flat}


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


def with_state(full, bare, states, bonds):
    """full with other charges, hydrogens {atom of bare: (charge, hydrogens)} and bonds: (molecule,
    None), or (full, why not)."""
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


def protonate(full, bare, text):
    """full in the state that Open Babel proposes: (molecule, None), or (full, why rejected)."""
    states, bonds, why = state_of(bare, smiles_order(bare)[1], text)
    return (full, why) if why else with_state(full, bare, states, bonds)


def sameness(bare):
    """Equal for what differs in the place of double bonds and charges only: resonance."""
    plain = Chem.RWMol(bare)
    for atom in plain.GetAtoms():
        hydrogens = atom.GetTotalNumHs(True)
        atom.SetIsotope(1000 + 10 * atom.GetIsotope() + hydrogens)
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogens)
        atom.SetFormalCharge(0)
        atom.SetIsAromatic(False)
    for bond in plain.GetBonds():
        if bond.GetStereo() == Chem.BondStereo.STEREONONE:
            bond.SetBondType(Chem.BondType.SINGLE)
        bond.SetIsAromatic(False)
    return "%s %+d" % (Chem.MolToSmiles(plain.GetMol()), Chem.GetFormalCharge(bare))


# The other forms of an amide and of an aminopyridine, which nobody ever saw.
UNLIKELY = ("[CX3;!a](=[#7])[OX2H,SX2H]", "c=[NX2;!R]")


def tautomers(full, bare, limit):
    """Those whose hydrogens moved between hetero atoms, the likely ones first, without the molecule
    itself; are there more."""
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(TRIES)
    enumerator.SetMaxTransforms(TRIES)
    enumerator.SetRemoveSp3Stereo(False)
    enumerator.SetRemoveBondStereo(False)
    found = enumerator.Enumerate(bare)
    unlikely = [Chem.MolFromSmarts(pattern) for pattern in UNLIKELY]
    worst = [len(bare.GetSubstructMatches(pattern)) for pattern in unlikely]
    mine, have = sameness(bare), {}
    for other in found:
        if any(len(other.GetSubstructMatches(pattern)) > most
               for pattern, most in zip(unlikely, worst)) or any(
                a.GetAtomicNum() == 6 and
                a.GetTotalNumHs(True) != bare.GetAtomWithIdx(a.GetIdx()).GetTotalNumHs(True)
                for a in other.GetAtoms()):
            continue
        score = enumerator.ScoreTautomer(other)
        Chem.Kekulize(other)
        states = {a.GetIdx(): (a.GetFormalCharge(), a.GetTotalNumHs(True)) for a in other.GetAtoms()}
        bonds = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())): b.GetBondType()
                 for b in other.GetBonds()}
        mol, why = with_state(full, bare, states, bonds)
        same, smiles = sameness(Chem.RemoveHs(mol)), Chem.MolToSmiles(Chem.RemoveHs(mol))
        if not why and same != mine and (same not in have or have[same][:2] > (-score, smiles)):
            have[same] = (-score, smiles, mol)
    best = sorted(have.values(), key=lambda one: one[:2])
    whole = found.status == rdMolStandardize.TautomerEnumeratorStatus.Completed
    return [mol for _, _, mol in best[:limit]], not whole or len(best) > limit


def specify(mol, places, choice):
    """mol with each of these places one way or the other."""
    new = Chem.Mol(mol)
    for (is_bond, i), way in zip(places, choice):
        if not is_bond:
            new.GetAtomWithIdx(i).SetChiralTag(
                Chem.ChiralType.CHI_TETRAHEDRAL_CCW if way else Chem.ChiralType.CHI_TETRAHEDRAL_CW)
            continue
        bond = new.GetBondWithIdx(i)
        ends = [sorted(n.GetIdx() for n in a.GetNeighbors() if n.GetIdx() != b.GetIdx())[0]
                for a, b in ((bond.GetBeginAtom(), bond.GetEndAtom()),
                             (bond.GetEndAtom(), bond.GetBeginAtom()))]
        bond.SetStereoAtoms(*ends)
        bond.SetStereo(Chem.BondStereo.STEREOCIS if way else Chem.BondStereo.STEREOTRANS)
    Chem.SetDoubleBondNeighborDirections(new)
    new.ClearComputedProps(False)
    Chem.AssignStereochemistry(new, cleanIt=True, force=True)
    return new


def is_strained(mol, places):
    """Can the choices exclude each other? Only where rings share an atom, or hold a double bond."""
    rings = mol.GetRingInfo()
    return any(rings.NumBondRings(i) if is_bond else rings.NumAtomRings(i) > 1
               for is_bond, i in places)


def isomers(bare, limit, seed):
    """Isomers of what nobody specified that can be built; are there more."""
    places = open_stereo(bare)
    strained = is_strained(bare, places)
    found = {}
    for choice in itertools.islice(itertools.product((0, 1), repeat=len(places)), TRIES):
        if len(found) > limit:
            break
        mol = specify(bare, places, choice)
        smiles = Chem.MolToSmiles(mol)
        if smiles in found:
            continue
        if strained and rdDistGeom.EmbedMolecule(Chem.AddHs(mol), maxAttempts=5,
                                                 randomSeed=seed) < 0:
            continue
        found[smiles] = Chem.MolFromSmiles(smiles)
    more = len(found) > limit or 2 ** len(places) > TRIES
    return list(found.values())[:limit], more


def variant(mol, flat, part):
    """A molecule of its own, as parse and finish take it."""
    bare = Chem.RemoveHs(mol)
    if flat:
        text = Chem.MolToSmiles(bare)
        return {"text": text, "format": "smi", "smiles": text, "part": part,
                "same": sameness(bare)}
    text = Chem.MolToMolBlock(mol)
    _, bare, _, _ = parent_of({"text": text, "format": "sdf"})
    return {"text": text, "format": "sdf", "smiles": smiles_order(bare)[0], "part": part,
            "same": sameness(bare)}


def variants(request):
    """Isomers first, then of each of them the tautomers; at most limit in all."""
    full, bare, _, flat = parent_of(request)
    limit, seed = request["limit"], request["seed"]
    given = {"text": request["text"], "format": request["format"],
             "smiles": smiles_order(bare)[0], "part": "", "same": sameness(bare)}
    base, more = [("", full, bare)], False
    if request["isomers"] and flat and open_stereo(bare):
        found, more = isomers(bare, limit, seed)
        if not found:
            raise Refused("no isomer of it has a 3D structure")
        base = [("i%d" % (k + 1), mol, mol) for k, mol in enumerate(found)]
    out = [variant(mol, flat, part) if part else given for part, mol, _ in base]
    for part, mol, its_bare in base if request["tautomers"] else []:
        found, also = tautomers(mol, its_bare, limit)
        more |= also or len(out) + len(found) > limit
        out += [variant(other, flat, (part + "-" if part else "") + "t%d" % (k + 2))
                for k, other in enumerate(found)]
    return {"variants": out[:limit], "more": more}


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


def relax(mol, number=-1):
    """Coordinates relaxed by a force field; the energy in kcal/mol, or None."""
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        field = rdForceFieldHelpers.MMFFGetMoleculeForceField(
            mol, rdForceFieldHelpers.MMFFGetMoleculeProperties(mol), confId=number)
    elif rdForceFieldHelpers.UFFHasAllMoleculeParams(mol):
        field = rdForceFieldHelpers.UFFGetMoleculeForceField(mol, confId=number)
    else:
        return None
    field.Initialize()
    field.Minimize(maxIts=500)
    return field.CalcEnergy()


def ring_systems(mol):
    """Sets of atoms: rings that can have several shapes and share atoms, and what is bonded to
    them. Heavy atoms only."""
    systems = []
    for ring in mol.GetRingInfo().AtomRings():
        sp3 = sum(mol.GetAtomWithIdx(i).GetHybridization() == Chem.HybridizationType.SP3
                  for i in ring)
        if len(ring) < 8 and (len(ring) < 5 or sp3 < 3):
            continue
        whole = set(ring)
        for other in [s for s in systems if s & whole]:
            systems.remove(other)
            whole |= other
        systems.append(whole)
    around = []
    for system in systems:
        around.append(sorted(system | {
            n.GetIdx() for i in system for n in mol.GetAtomWithIdx(i).GetNeighbors()
            if n.GetAtomicNum() > 1}))
    return around


def cut_out(mol, atoms):
    """These atoms alone, with all conformers."""
    part = Chem.RWMol(mol)
    for i in sorted(set(range(mol.GetNumAtoms())) - set(atoms), reverse=True):
        part.RemoveAtom(i)
    part.UpdatePropertyCache(strict=False)
    return part


def shape_of(part, shapes, number):
    """The number of the shape that this conformer has, among those seen so far or a new one."""
    for k, other in enumerate(shapes):
        if rdMolAlign.GetBestRMS(Chem.Mol(part), part, number, other) < SHAPE:
            return k
    shapes.append(number)
    return len(shapes) - 1


def ring_conformers(mol, limit, seed):
    """Further molecules whose rings have other shapes than mol's, at most limit: (molecule, energy
    above the best), the best first; mol's own energy above the best; are there more."""
    systems = ring_systems(mol)
    if not systems:
        return [], None, False
    many = Chem.Mol(mol)
    params = rdDistGeom.ETKDGv3()
    params.randomSeed = seed
    params.clearConfs = True
    rdDistGeom.EmbedMultipleConfs(
        many, min(CONFORMERS, 10 * sum(1 + len(s) // 12 for s in systems)), params)
    own, built, same = relax(Chem.Mol(mol)), [], isomer(mol)
    for c in [c.GetId() for c in many.GetConformers()]:
        energy = relax(many, c)
        one = Chem.Mol(mol)
        one.RemoveAllConformers()
        one.AddConformer(many.GetConformer(c), assignId=True)
        if energy is not None and isomer(one) == same:
            built.append((energy, c, one))
    if own is None:
        return [], None, False
    first = many.AddConformer(mol.GetConformer(), assignId=True)
    least = min([own] + [energy for energy, _, _ in built])
    parts = [cut_out(many, s) for s in systems]
    shapes = [[first] for _ in systems]
    seen, out, more = {tuple(0 for _ in systems)}, [], False
    for energy, c, one in sorted(built, key=lambda b: b[:2]):
        if energy > least + WINDOW or more:
            break
        shape = tuple(shape_of(p, s, c) for p, s in zip(parts, shapes))
        more = shape not in seen and len(out) == limit
        if shape not in seen and not more:
            seen.add(shape)
            out.append((one, round(energy - least, 2)))
    return out, round(own - least, 2), more


def finish(request):
    full, bare, _, flat = parent_of(request)
    why = None
    if request.get("protonated"):
        full, why = protonate(full, bare, request["protonated"])
    mol = Chem.AddHs(full, addCoords=not flat)
    if flat:
        embed(mol, request["seed"])
    is_flat(mol)
    got = dict(describe(mol), rejected=why, embedded=flat)
    if request.get("rings"):
        others, own, got["more"] = ring_conformers(mol, request["rings"] - 1, request["seed"])
        got["conformers"] = [{"sdf": got["sdf"], "isomer": got["isomer"], "energy": own}] + [
            {"sdf": d["sdf"], "isomer": d["isomer"], "energy": energy}
            for d, energy in ((describe(one), energy) for one, energy in others)]
    return got


def state(request):
    full, bare, _, _ = parent_of(request)
    full, why = protonate(full, bare, request["protonated"])
    mol = Chem.RemoveHs(full)
    return {"smiles": Chem.MolToSmiles(mol), "same": sameness(mol), "rejected": why}


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
        return {"hello": hello, "parse": parse, "finish": finish, "state": state,
                "template": template, "variants": variants}[request["op"]](request)
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
