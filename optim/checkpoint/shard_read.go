package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// ReadShards reads from the files of all ranks, in a directory and in the order of the ranks,
// those parts of the parameters that like has, which [optim.Optimizer.SnapshotShard] returns on
// any number of ranks. Without like it reads the whole, which [optim.Optimizer.Restore] takes
// and [Write] writes to one file. The files of a train.Run have its own state in the first one.
//
// It reads no more of the files than that, and so looks at their sizes, their headers and the
// digests that these say. [ShardFile.Verify] compares all data with the digest.
func ReadShards[T kernels.Float](dir string, files []ShardFile, like *optim.Snapshot[T]) (*optim.Snapshot[T], error) {
	r := shardReader[T]{dir: dir, files: files}
	if len(files) == 0 {
		return nil, fmt.Errorf("checkpoint %s: no shards", dir)
	}
	for i := range files {
		if err := r.open(i); err != nil {
			return nil, err
		}
	}
	s, err := r.plan(like)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	buf := make([]byte, chunkBytes)
	for i := range files {
		if err := r.read(i, buf); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// A shardReader reads parts of a state from files that have others.
type shardReader[T kernels.Float] struct {
	dir    string
	files  []ShardFile
	shards []shard[T]
}

// A shard is what a file has.
type shard[T kernels.Float] struct {
	about   *optim.Snapshot[T] // without vectors
	tensors map[string]tensor
	wanted  []piece
}

// A piece is a part of a tensor, and the place in a vector that it is to have.
type piece struct {
	tensor
	to partStore
	at int
}

// open reads the header of a file, which must be of the same state as the first.
func (r *shardReader[T]) open(i int) error {
	f := r.files[i]
	file, h, err := f.open(r.dir)
	if err != nil {
		return err
	}
	defer file.Close()
	s, err := parseAbout[T](h.metadata["optimizer"], len(h.tensors))
	if err == nil {
		err = findParams(h, s)
	}
	if err == nil {
		_, err = match(h, s, options{})
	}
	if err == nil && i > 0 && !bytes.Equal(common(s), common(r.shards[0].about)) {
		err = fmt.Errorf("it is of another state than %s", r.files[0].Name)
	}
	if err != nil {
		return f.failed(r.dir, err)
	}
	tensors := make(map[string]tensor)
	for _, t := range h.tensors {
		t.begin, t.end = t.begin+int64(len(h.raw)), t.end+int64(len(h.raw)) // in the file
		tensors[t.name] = t
	}
	r.shards = append(r.shards, shard[T]{s, tensors, nil})
	return nil
}

// common returns what the shards of a state have in common, as text.
func common[T kernels.Float](s *optim.Snapshot[T]) []byte {
	c := *s
	c.Run, c.Extra, c.ExtraVectors = nil, nil, nil
	c.Params = slices.Clone(s.Params)
	for i := range c.Params {
		c.Params[i].First = 0
	}
	text, _ := json.Marshal(c) // which was one
	return text
}

// plan returns a snapshot with zeros for what is wanted, and notes where it is to come from.
func (r *shardReader[T]) plan(like *optim.Snapshot[T]) (*optim.Snapshot[T], error) {
	s := r.shards[0].about
	if like != nil && len(like.Params) != len(s.Params) {
		return nil, fmt.Errorf("shards of %d parameters, want %d", len(s.Params), len(like.Params))
	}
	params := slices.Clone(s.Params) // those of the file stay
	for i := range params {
		p := &params[i]
		parts, err := r.partsOf(i)
		if err != nil {
			return nil, fmt.Errorf("shards of parameter %q: %w", p.Name, err)
		}
		n := p.WholeLen
		if p.First = 0; like == nil {
			p.WholeLen = 0
		} else if want := &like.Params[i]; want.Name != p.Name || want.WholeLen != n {
			return nil, fmt.Errorf("parameter %d is %q of %d elements in the shards, want %q of %d", i, p.Name, n, want.Name, want.WholeLen)
		} else if p.First, n = want.First, max(len(want.Value), len(want.BF16)); p.First < 0 || p.First > want.WholeLen-n {
			return nil, fmt.Errorf("parameter %q: %d elements from %d on are wanted, of %d", p.Name, n, p.First, want.WholeLen)
		}
		p.State = slices.Clone(p.State)
		if err := r.planParam(p, parts, n); err != nil {
			return nil, fmt.Errorf("shards of parameter %q: %w", p.Name, err)
		}
	}
	all := *s
	all.Params = params
	for _, v := range vectorsOf(&optim.Snapshot[T]{Params: []optim.ParamSnapshot[T]{}, Run: all.Run, ExtraVectors: all.ExtraVectors}) {
		r.wantAll(0, v)
	}
	return &all, nil
}

// A span is the elements lo to hi, exclusive.
type span struct{ lo, hi int }

// A part is the elements of a parameter that a file has.
type part struct {
	file int
	span
}

// partsOf returns the parts of a parameter that the files have, in their order. They must make
// up the whole.
func (r *shardReader[T]) partsOf(param int) ([]part, error) {
	var parts []part
	whole := r.shards[0].about.Params[param].WholeLen
	for i, s := range r.shards {
		p := &s.about.Params[param]
		n, _ := count(s.tensors[modelPrefix+p.Name].shape)
		if p.First < 0 || n > int64(whole) || p.First > whole-int(n) {
			return nil, fmt.Errorf("%s has %d elements from %d on, of %d", r.files[i].Name, n, p.First, whole)
		}
		if n > 0 {
			parts = append(parts, part{i, span{p.First, p.First + int(n)}})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.lo, b.lo) })
	at := 0
	for _, p := range parts {
		if p.lo != at {
			return nil, fmt.Errorf("%s has the elements from %d on, want those from %d on", r.files[p.file].Name, p.lo, at)
		}
		at = p.hi
	}
	if at != whole || whole < 1 {
		return nil, fmt.Errorf("no file has the elements from %d on, of %d", at, whole)
	}
	return parts, nil
}

// planParam makes room for n elements of a parameter and for their state.
func (r *shardReader[T]) planParam(p *optim.ParamSnapshot[T], parts []part, n int) error {
	wanted := span{p.First, p.First + n}
	for _, v := range valuesIn(p) {
		v.store.(partStore).make(n)
		for _, part := range parts {
			r.wantPart(v, part, wanted, 1)
		}
	}
	whole := parts[len(parts)-1].hi
	for j := range p.State {
		vectors := stateIn(p, j)
		t := r.shards[parts[0].file].tensors[vectors[0].name]
		length, _ := count(t.shape)
		if len(parts) == 1 && int(length) != whole { // of a rule that needs whole parameters
			if n != 0 && n != whole {
				return fmt.Errorf("state vector %q has %d elements for %d, of which a part is none for %d", p.State[j].Name, length, whole, n)
			}
			for _, v := range vectors {
				if v.store.(partStore).make(0); n > 0 {
					r.wantAll(parts[0].file, v)
				}
			}
			continue
		}
		for i, v := range vectors {
			unit := 1
			if i == 1 { // exponents
				unit = kernels.BlockLen8
			}
			v.store.(partStore).make((n + unit - 1) / unit)
			for _, part := range parts {
				k, _ := count(r.shards[part.file].tensors[v.name].shape)
				if want := (part.hi - part.lo + unit - 1) / unit; int(k) != want {
					return fmt.Errorf("%s has %d elements of %q, want %d", r.files[part.file].Name, k, v.name, want)
				}
				if unit > 1 && n > 0 && (part.lo%unit != 0 || wanted.lo%unit != 0 || wanted.hi%unit != 0 && wanted.hi != whole) {
					return fmt.Errorf("%q is cut within its blocks of %d elements, at %d and at %d and %d", v.name, unit, part.lo, wanted.lo, wanted.hi)
				}
				r.wantPart(v, part, wanted, unit)
			}
		}
	}
	return nil
}

// wantPart notes what is wanted of a file's part of a vector, which has one number for as many
// elements as the unit says.
func (r *shardReader[T]) wantPart(v vector, p part, wanted span, unit int) {
	both := span{max(p.lo, wanted.lo), min(p.hi, wanted.hi)}
	if both.lo < both.hi {
		r.want(p.file, v, span{(both.lo - p.lo) / unit, (both.hi - p.lo + unit - 1) / unit}, (both.lo-wanted.lo)/unit)
	}
}

// wantAll makes room for a file's vector, and notes that it is wanted.
func (r *shardReader[T]) wantAll(file int, v vector) {
	n, _ := count(r.shards[file].tensors[v.name].shape)
	v.store.(partStore).make(int(n))
	r.want(file, v, span{0, int(n)}, 0)
}

// want notes that numbers of a file's tensor belong in a vector, from at on.
func (r *shardReader[T]) want(file int, v vector, s span, at int) {
	t := r.shards[file].tensors[v.name]
	size := elementBits[t.dtype] / 8
	t.begin, t.end = t.begin+size*int64(s.lo), t.begin+size*int64(s.hi)
	r.shards[file].wanted = append(r.shards[file].wanted, piece{t, v.store.(partStore), at})
}

// read reads what is wanted of a file.
func (r *shardReader[T]) read(i int, buf []byte) error {
	if len(r.shards[i].wanted) == 0 {
		return nil
	}
	f := r.files[i]
	file, _, err := f.open(r.dir)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, p := range r.shards[i].wanted {
		if err := p.to.fill(p.at, io.NewSectionReader(file, p.begin, p.end-p.begin), p.tensor, buf); err != nil {
			return f.failed(r.dir, err)
		}
	}
	return nil
}
