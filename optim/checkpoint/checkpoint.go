// Package checkpoint keeps an optimizer's state in files: parameters, the rule's
// vectors, schedule and counters, all that a run needs to go on with the same
// bits as if it had never stopped.
//
//	if err := checkpoint.Save("run.safetensors", opt); err != nil { ... }
//	...
//	opt, err := optim.New(...) // as the run that was saved
//	err = checkpoint.Load("run.safetensors", opt)
//
// # Format
//
// The files are [safetensors], which Python and other languages read: 8 bytes
// with the length of a JSON text, little-endian, the text, and the data. There
// is a tensor "model.NAME" for every parameter and a tensor "state.NAME.VECTOR"
// for every vector that the rule keeps for it, such as
// "state.weights.exp_avg"; "grad.NAME" for gradients accumulated for the next
// step, "run.I.NAME" for those of the I-th part of a train.Run, and "extra.NAME"
// for the caller's own vectors. They have the dtype F32 or F64 and one dimension. The
// text's "__metadata__" has the entries
//
//	format     "steepest.optim"
//	version    "1"
//	optimizer  a JSON object with the other fields of optim.Snapshot
//	sha256     the digest of the whole file, as it is with 64 zeros here
//
// so that in Python
//
//	raw = open("run.safetensors", "rb").read()
//	header = json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])
//	digest = header["__metadata__"]["sha256"].encode()
//	ok = hashlib.sha256(raw.replace(digest, b"0" * 64)).hexdigest().encode() == digest
//
// In the JSON object, Extra's entries whose name or value is not UTF-8 stand in
// the list "extra_bytes" as objects with "name" and "value", both base64.
//
// # Safety
//
// A file is written beside its final place, synced and renamed: whatever
// happens, under its name is either the old checkpoint or the new one, whole.
// Reading checks the header strictly, the digest, and then, in
// [optim.Optimizer.Restore], that everything fits. A file that is truncated,
// corrupt, of another program or of another optimizer gives an error that says
// what differs, and the optimizer stays as it was.
//
// [safetensors]: https://github.com/safetensors/safetensors
package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

const (
	format  = "steepest.optim"
	version = "1"
)

// A Stateful has a state that can be saved: an [optim.Optimizer], an
// [optim.Embedding] or a train.Run.
type Stateful[T kernels.Float] interface {
	Snapshot() (*optim.Snapshot[T], error)
	Restore(*optim.Snapshot[T]) error
}

// Save writes the optimizer's state to a file and replaces the one that may be
// there. To go on training while the file is written, take a Snapshot and give it
// to Write in another goroutine.
func Save[T kernels.Float](path string, opt Stateful[T]) error {
	if isNil(opt) {
		return fmt.Errorf("checkpoint %s: nothing to save: %T is nil", path, opt)
	}
	s, err := opt.Snapshot()
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return Write(path, s)
}

// Load restores the optimizer's state from a file. The optimizer must be made as
// the one that was saved; [optim.Optimizer.Restore] says what may differ. On
// error it is unchanged.
func Load[T kernels.Float](path string, opt Stateful[T]) error {
	if isNil(opt) {
		return fmt.Errorf("checkpoint %s: nothing to restore: %T is nil", path, opt)
	}
	s, err := Read[T](path)
	if err != nil {
		return err
	}
	if err := opt.Restore(s); err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return nil
}

// isNil reports whether there is nothing behind v.
func isNil[T kernels.Float](v Stateful[T]) bool {
	return v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil()
}

// Write writes a snapshot to a file and replaces the one that may be there. If
// it fails, the old file stays. A symbolic link is replaced, not followed.
//
// The values and names of Extra may be any bytes. All other text must be UTF-8
// and all numbers finite: it is an error, which names the field, if not.
func Write[T kernels.Float](path string, s *optim.Snapshot[T]) error {
	if s == nil {
		return fmt.Errorf("checkpoint %s: nil Snapshot", path)
	}
	h, vectors, err := layout(s)
	if err == nil {
		err = replaceFile(path, func(f *os.File) error { return encode(f, h, vectors) })
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return nil
}

// Read reads a snapshot from a file. It is an error if the file is no regular
// one, is no checkpoint, is not whole or has another element type.
func Read[T kernels.Float](path string) (*optim.Snapshot[T], error) {
	s, err := readFile[T](path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return s, nil
}

func readFile[T kernels.Float](path string) (*optim.Snapshot[T], error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return decode[T](f, info.Size())
}

// A vector is a place in a snapshot with the name of its tensor.
type vector[T kernels.Float] struct {
	name string
	data *[]T
}

// vectorsOf lists a snapshot's vectors in the order of their data. A rule's
// vectors have no dot in their names, so that no two names are the same.
func vectorsOf[T kernels.Float](s *optim.Snapshot[T]) []vector[T] {
	var list []vector[T]
	for i := range s.Params {
		p := &s.Params[i]
		list = append(list, vector[T]{"model." + p.Name, &p.Value})
	}
	for i := range s.Params {
		p := &s.Params[i]
		for j := range p.State {
			v := &p.State[j]
			list = append(list, vector[T]{"state." + p.Name + "." + v.Name, &v.Value})
		}
		if s.Accumulated > 0 && !p.Frozen {
			list = append(list, vector[T]{"grad." + p.Name, &p.Sum})
		}
	}
	for i := range s.Run {
		for j := range s.Run[i].Vectors {
			v := &s.Run[i].Vectors[j]
			list = append(list, vector[T]{fmt.Sprintf("run.%d.%s", i, v.Name), &v.Value})
		}
	}
	for i := range s.ExtraVectors {
		v := &s.ExtraVectors[i]
		list = append(list, vector[T]{"extra." + v.Name, &v.Value})
	}
	return list
}

// layout returns the header of a snapshot's file, its digest still zeros, and
// the vectors behind it.
func layout[T kernels.Float](s *optim.Snapshot[T]) (*header, []vector[T], error) {
	about, err := describe(s)
	if err != nil {
		return nil, nil, err
	}
	h := &header{metadata: map[string]string{
		"format": format, "version": version, "optimizer": about, "sha256": noDigest,
	}}
	vectors := vectorsOf(s)
	var at int64
	seen := make(map[string]bool)
	for _, v := range vectors {
		if seen[v.name] {
			return nil, nil, fmt.Errorf("tensor %q: the snapshot has it twice", v.name)
		}
		seen[v.name] = true
		n := len(*v.data)
		t := tensor{name: v.name, dtype: dtype[T](), shape: []int64{int64(n)}, begin: at, end: at + byteSize[T](n)}
		h.tensors = append(h.tensors, t)
		at = t.end
	}
	return h, vectors, h.encode()
}

// encode writes header and data, and then the digest into its place.
func encode[T kernels.Float](w io.WriteSeeker, h *header, vectors []vector[T]) error {
	// A quote inside of a JSON string is escaped: this matches nothing but the entry.
	const entry = `"sha256":"`
	place := bytes.Index(h.raw, []byte(entry+noDigest+`"`)) + len(entry)

	hash := sha256.New()
	both := io.MultiWriter(w, hash)
	if _, err := both.Write(h.raw); err != nil {
		return err
	}
	buf := make([]byte, chunkBytes)
	for _, v := range vectors {
		if err := writeVector(both, *v.data, buf); err != nil {
			return err
		}
	}
	if _, err := w.Seek(int64(place), io.SeekStart); err != nil {
		return err
	}
	_, err := io.WriteString(w, hex.EncodeToString(hash.Sum(nil)))
	return err
}

// noDigest stands in the digest's place where the digest is computed.
var noDigest = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// decode reads a file of the given size.
func decode[T kernels.Float](r io.Reader, size int64) (*optim.Snapshot[T], error) {
	h, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	if err := h.checkFormat(); err != nil {
		return nil, err
	}
	s, err := parseAbout[T](h.metadata["optimizer"])
	if err != nil {
		return nil, fmt.Errorf("metadata entry \"optimizer\": %w", err)
	}
	digest, err := h.takeDigest()
	if err != nil {
		return nil, err
	}
	places, err := match(h, s)
	if err != nil {
		return nil, err
	}

	hash := sha256.New()
	hash.Write(h.raw)
	both := io.TeeReader(r, hash)
	buf := make([]byte, chunkBytes)
	for i, t := range h.tensors {
		if *places[i].data, err = readVector[T](both, t, buf); err != nil {
			return nil, err
		}
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != digest {
		return nil, fmt.Errorf("corrupt: the content has the sha256 %s, the header says %s", got, digest)
	}
	return s, nil
}

// checkFormat returns an error unless the metadata are those of a checkpoint.
func (h *header) checkFormat() error {
	for _, want := range [][2]string{{"format", format}, {"version", version}} {
		got, ok := h.metadata[want[0]]
		if !ok {
			return fmt.Errorf("no checkpoint of an optimizer: metadata have no %q, want %q", want[0], want[1])
		}
		if got != want[1] {
			return fmt.Errorf("no checkpoint that can be read: metadata have the %s %q, want %q", want[0], got, want[1])
		}
	}
	return nil
}

// takeDigest returns the digest and puts zeros into its place.
func (h *header) takeDigest() (string, error) {
	digest := h.metadata["sha256"]
	if len(digest) != len(noDigest) {
		return "", fmt.Errorf("metadata have the sha256 %q, want %d hexadecimal digits", digest, len(noDigest))
	}
	if n := bytes.Count(h.raw, []byte(digest)); n != 1 {
		return "", fmt.Errorf("the header has the sha256 %s in %d places, want 1", digest, n)
	}
	copy(h.raw[bytes.Index(h.raw, []byte(digest)):], noDigest)
	return digest, nil
}

// match finds the place of each tensor in the snapshot. Tensors and places must
// correspond.
func match[T kernels.Float](h *header, s *optim.Snapshot[T]) ([]vector[T], error) {
	places := make(map[string]vector[T])
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("metadata list tensor %q twice", v.name)
		}
		places[v.name] = v
	}
	list := make([]vector[T], len(h.tensors))
	for i, t := range h.tensors {
		v, ok := places[t.name]
		switch {
		case !ok:
			return nil, fmt.Errorf("tensor %q is not in the metadata", t.name)
		case t.dtype != dtype[T]():
			return nil, fmt.Errorf("tensor %q has the dtype %s, want %s", t.name, t.dtype, dtype[T]())
		case len(t.shape) != 1:
			return nil, fmt.Errorf("tensor %q has the shape %d, want one dimension", t.name, t.shape)
		}
		list[i] = v
		delete(places, t.name)
	}
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("tensor %q is missing", v.name)
		}
	}
	return list, nil
}
