/* SPDX-License-Identifier: MIT */
/* vina_like: for the room that results take: takes the arguments of Vina 1.2.3, and writes at once
 * what that writes (tests/data/vina/1.2.3): nine poses of each ligand, turned at random about the
 * middle of the box, with energies as they come. The same ligand gets the same poses.
 * usage: vina_like --version | --ligand F --out F | --batch F ... --dir D; --center_x X ... */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1 << 20, POSES = 9, LIGANDS = 4096, ATOMS = 1024, PLACE = 30, BEHIND = 54 };

struct atom {
	double at[3];
};

static double center[3];
static char text[TEXT];
static uint64_t state;

static double
dice(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (double)(state >> 11) / 9007199254740992.0;
}

static double
around(double middle, double spread)
{
	return middle + spread * (dice() + dice() + dice() - 1.5);
}

/* A turn from a random unit quaternion. */
static void
turn(double m[3][3])
{
	double q[4], n = 0;

	for (int i = 0; i < 4; i++) {
		q[i] = around(0, 1);
		n += q[i] * q[i];
	}
	for (int i = 0; i < 4; i++)
		q[i] /= sqrt(n);
	for (int i = 0; i < 3; i++) {
		int j = (i + 1) % 3, k = (i + 2) % 3;

		m[i][i] = 1 - 2 * (q[j + 1] * q[j + 1] + q[k + 1] * q[k + 1]);
		m[i][j] = 2 * (q[i + 1] * q[j + 1] - q[k + 1] * q[0]);
		m[j][i] = 2 * (q[i + 1] * q[j + 1] + q[k + 1] * q[0]);
	}
}

static int
is_atom(const char *line)
{
	return strncmp(line, "ATOM", 4) == 0 || strncmp(line, "HETATM", 6) == 0;
}

/* The atoms of a ligand about their middle; how many. */
static int
read_atoms(struct atom *atoms)
{
	double middle[3] = { 0 };
	int n = 0;

	for (const char *line = text; *line && n < ATOMS; line = strchr(line, '\n') + 1) {
		for (int k = 0; is_atom(line) && k < 3; k++) {
			char number[9] = "";

			memcpy(number, line + PLACE + 8 * k, 8);
			atoms[n].at[k] = strtod(number, NULL);
			middle[k] += atoms[n].at[k];
		}
		n += is_atom(line);
		if (!strchr(line, '\n'))
			break;
	}
	for (int i = 0; i < n; i++)
		for (int k = 0; k < 3; k++)
			atoms[i].at[k] -= middle[k] / n;
	return n;
}

static void
write_head(FILE *out, int pose, double best, double intra)
{
	double energy = best + pose * around(0.3, 0.1), inter = energy * 1.3,
	       own = around(intra, 0.2);

	if (pose == 0)
		own = intra;
	fprintf(out, "MODEL %d\nREMARK VINA RESULT: %9.3f %10.3f %10.3f\n", pose + 1, energy,
	    pose ? around(3, 1) : 0.0, pose ? around(6, 2) : 0.0);
	fprintf(out, "REMARK INTER + INTRA: %14.3f\nREMARK INTER: %22.3f\n", inter + own, inter);
	fprintf(out, "REMARK INTRA: %22.3f\nREMARK UNBOUND: %20.3f\n", own, intra + 0.1);
}

static void
write_pose(FILE *out, const struct atom *atoms)
{
	double m[3][3], shift[3];
	int n = 0;

	turn(m);
	for (int k = 0; k < 3; k++)
		shift[k] = around(center[k], 1);
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		const double *a = n < ATOMS ? atoms[n].at : NULL;

		if (!is_atom(line) || !a) {
			fprintf(out, "%.*s\n", (int)(end - line), line);
			continue;
		}
		fprintf(out, "%.*s", PLACE, line);
		for (int k = 0; k < 3; k++)
			fprintf(out, "%8.3f",
			    m[k][0] * a[0] + m[k][1] * a[1] + m[k][2] * a[2] + shift[k]);
		fprintf(out, "%.*s\n", (int)(end - line) - BEHIND, line + BEHIND);
		n++;
	}
	fprintf(out, "ENDMDL\n");
}

static int
dock(const char *ligand, const char *to)
{
	static struct atom atoms[ATOMS];
	FILE *in = fopen(ligand, "r"), *out;
	size_t len = in ? fread(text, 1, TEXT - 1, in) : 0;
	double best, intra;

	text[len] = '\0';
	if (in)
		fclose(in);
	out = len > 0 ? fopen(to, "w") : NULL;
	if (!out)
		return 1;
	state = 42;
	for (size_t i = 0; i < len; i++)
		state = state * 31 + (unsigned char)text[i];
	read_atoms(atoms);
	best = around(-7, 1.5);
	intra = around(-0.5, 0.4);
	for (int i = 0; i < POSES; i++) {
		write_head(out, i, best, intra);
		write_pose(out, atoms);
	}
	return fclose(out) != 0;
}

int
main(int argc, char **argv)
{
	static const char *ligands[LIGANDS];
	const char *out = NULL, *dir = NULL;
	int n = 0, rc = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--version") == 0)
			return puts("AutoDock Vina v1.2.3") < 0;
		if (strcmp(argv[i], "--batch") == 0)
			while (i + 1 < argc && argv[i + 1][0] != '-' && n < LIGANDS)
				ligands[n++] = argv[++i];
		else if (strncmp(argv[i], "--center_", 9) == 0 && i + 1 < argc)
			center[argv[i][9] - 'x'] = strtod(argv[i + 1], NULL);
		else if (strcmp(argv[i], "--ligand") == 0 && i + 1 < argc)
			ligands[n++] = argv[++i];
		else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
			out = argv[++i];
		else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
			dir = argv[++i];
	}
	for (int i = 0; i < n && rc == 0; i++) {
		char name[4096];
		const char *dot = strrchr(ligands[i], '.');

		if (dir)
			snprintf(name, sizeof(name), "%s/%.*s_out.pdbqt", dir,
			    (int)(dot ? dot - ligands[i] : 0), ligands[i]);
		rc = dock(ligands[i], dir ? name : out);
	}
	return rc;
}
