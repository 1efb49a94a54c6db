# SPDX-License-Identifier: MIT
"""Many prepared ligands out of some: each line is one of the records of FILE (what dock-prep
printed), turned at random as a whole, under another name, InChIKey and place in the library. No two
have equal coordinates; kinds of molecules come again after as many as FILE has.
usage: python3 tests/bench/molecules.py FILE N [SEED]"""
import hashlib
import json
import random
import sys


def turn(rng):
    q = [rng.gauss(0, 1) for _ in range(4)]
    n = sum(x * x for x in q) ** 0.5
    w, x, y, z = (v / n for v in q)
    return ((1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
            (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
            (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)))


def turned(m, at):
    return [sum(r * v for r, v in zip(row, at)) for row in m]


def pdbqt(text, places, name):
    """The text with the atoms at these places, rounded: as Open Babel makes it of an SDF."""
    out, left = [], iter(places)
    for line in text.split("\n"):
        if line.startswith(("ATOM", "HETATM")):
            line = line[:30] + "%8.3f%8.3f%8.3f" % tuple(next(left)) + line[54:]
        elif line.startswith("REMARK  Name = "):
            line = "REMARK  Name = " + name
        out.append(line)
    return "\n".join(out)


def sdf(text, m, name):
    """The text turned, and the places of its atoms as they stand there."""
    lines, places = text.split("\n"), []
    lines[0] = name
    for i in range(4, 4 + int(lines[3][:3])):
        at = turned(m, [float(lines[i][10 * k:10 * k + 10]) for k in range(3)])
        lines[i] = "%10.4f%10.4f%10.4f" % tuple(at) + lines[i][30:]
        places.append([float(lines[i][10 * k:10 * k + 10]) for k in range(3)])
    return "\n".join(lines), places


def main(path, count, seed=1):
    rng = random.Random(seed)
    with open(path, encoding="utf-8") as file:
        records = [r for r in map(json.loads, file) if "error" not in r and "skipped" not in r]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for i in range(count):
        r = records[i % len(records)]
        name, m = "ZINC%012d" % rng.randrange(10 ** 12), turn(rng)
        ligand = dict(r["ligand"], name=name, original_name=name, parent=name)
        text, places = sdf(r["input"]["text"], m, name)
        ligand["text"] = pdbqt(ligand["text"], [places[a - 1] for a in r["input"]["atoms"]], name)
        ligand["sha256"] = hashlib.sha256(ligand["text"].encode()).hexdigest()
        key = "".join(rng.choice(letters) for _ in range(24))
        print(json.dumps(dict(
            r, key=name, ligand=ligand, source={"file": "library.sdf.gz", "index": i + 1},
            inchikey=key[:14] + "-" + key[14:] + "-N",
            input=dict(r["input"], text=text)), separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[3:]))
