# Campaigns as targets: make -f campaigns.mk fast.csv
# The job is called as the file that it makes, so what was killed goes on where it was, and what is
# done is not done again. One make at a time for a folder.

EXHAUSTIVENESS ?= 8
JOBS ?= 2

all: fast.csv

prep.jsonl: library.smi
	dock-ligands $< | dock-prep --ph 7.4 --unique -j $(JOBS) --allow-failed 50% >$@.part
	mv $@.part $@

%.jsonl: prep.jsonl rec.pdbqt box.json
	taskrun --job $@ --set receptor=rec.pdbqt --set box=@box.json -j $(JOBS) \
	    --set exhaustiveness=$(EXHAUSTIVENESS) --allow-failed 50% dock-vina prep.jsonl >$@.part
	mv $@.part $@

%.csv: %.jsonl
	dock-rank --allow-failed 50% $< | dock-export --format csv >$@.part
	mv $@.part $@

.SECONDARY:
