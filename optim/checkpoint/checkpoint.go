// Package checkpoint keeps an optimizer's state in files: parameters, the rule's
// vectors, schedule and counters, all that a run needs to go on with the same
// bits as if it had never stopped. It also keeps parameters alone, for other
// programs and other runs.
//
//	if err := checkpoint.Save("run.safetensors", opt); err != nil { ... }
//	...
//	opt, err := optim.New(...) // as the run that was saved
//	err = checkpoint.Load("run.safetensors", opt)
//
// A [Dir] has the last checkpoints of a run instead of one file: [SaveTo] adds one and removes
// the oldest, and [LoadLatest] takes the newest, or the one before if a disk has damaged it.
//
// # Several ranks
//
// Of an optimizer that is optim.Distributed all ranks call Load, on a file that each can read; an
// error on one of them is one on all.
// To save it in one file all take a Snapshot, which has the whole state, and one of them gives
// it to [Write]. Without a process that has the memory for the whole, each rank writes its part
// by [WriteShard], and [ReadShards] reads them on any number of ranks: package
// optim/distributed, a module of its own, has a Dir of such files, in which a saving that is
// interrupted leaves the one before.
//
// # Weights
//
// [SaveWeights] writes a plain safetensors file with nothing but the parameters.
// [LoadWeights] reads such files, those of other programs, and checkpoints, so that
// a run can begin with the values of one that had
//
//   - another rule: what that rule has kept is not looked at;
//   - another head, or other parameters besides: with [Partial];
//   - other names for them: with [Rename];
//   - the other float type, or 16 bits: with [Convert], which whole checkpoints take, too.
//
// Parameters of bfloat16 are BF16 in the file, those that have a Rest, F32. In Python
// safetensors.torch.load_file reads both. numpy has no bfloat16, nor has
// safetensors.numpy.load_file; there
//
//	for name, t in safetensors.deserialize(open("model.safetensors", "rb").read()):
//	    if t["dtype"] == "BF16":
//	        bits = numpy.frombuffer(t["data"], "<u2").astype("<u4") << 16
//	        values = bits.view("<f4").reshape(t["shape"])
//
// gives the float32s that they are.
//
// # Format
//
// The files are [safetensors], which Python and other languages read: 8 bytes
// with the length of a JSON text, little-endian, the text, and the data. There
// is a tensor "model.NAME" for every parameter and a tensor "state.NAME.VECTOR"
// for every vector that the rule keeps for it, such as
// "state.weights.exp_avg"; "grad.NAME" for gradients accumulated for the next
// step, or in the order optim.ReduceTree "grad.I.NAME" for the I-th of their sums,
// "run.I.NAME" for those of the I-th part of a train.Run, and "extra.NAME" for the
// caller's own vectors. They have the dtype F32 or F64, and the shape of the
// parameter NAME if they have as many elements, or else one dimension; gradients of
// a Sparse parameter are a matrix of its rows that have some.
//
// What has a format has other tensors. bfloat16 is BF16, under the same name, and of a
// parameter that is split "rest.model.NAME" has the lower halves, I16. A vector of 8 bits is
// two tensors of U8: "codes.state.NAME.VECTOR", and "exponents.state.NAME.VECTOR" with one
// element for each block of kernels.BlockLen8 codes. Package kernels says how the codes are
// read; the JSON object below says "format" and, of signed codes, "signed" for each vector,
// and has the seed of the random bits.
//
// The text's "__metadata__" has the entries
//
//	format     "steepest.optim"
//	version    "2"
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
// Of a rank's shard the JSON object says for each parameter "first" and "whole_len": the tensors
// have the elements from the first on, of so many of the whole.
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
// what differs, and the optimizer stays as it was. Plain files of weights have no
// digest, as the format has none.
//
// [safetensors]: https://github.com/safetensors/safetensors
package checkpoint

import (
	"cmp"
	"fmt"
	"os"
	"reflect"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
	"github.com/seed63264101/steepest/optim/internal/files"
)

const (
	format  = "steepest.optim"
	version = "2"
)

// A Stateful has a state that can be saved: an [optim.Optimizer] or a
// train.Run.
type Stateful[T kernels.Float] = optim.Stateful[T]

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
func Load[T kernels.Float](path string, opt Stateful[T], opts ...LoadOption) error {
	if isNil(opt) {
		return fmt.Errorf("checkpoint %s: nothing to restore: %T is nil", path, opt)
	}
	if err := load(path, opt, opts); err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return nil
}

func load[T kernels.Float](path string, opt Stateful[T], opts []LoadOption) error {
	o, err := newOptions(opts)
	if err != nil {
		return err
	}
	s, err := readFile[T](path, o)
	if err := errorOfAny(opt, err); err != nil {
		return err
	}
	if o.convert {
		if err := recodeFor(s, opt); err != nil {
			return err
		}
	}
	return opt.Restore(s)
}

// errorOfAny returns err, or if opt is an optimizer on several ranks that of another one: those
// that can read a file would wait for it to restore.
func errorOfAny[T kernels.Float](opt Stateful[T], err error) error {
	ranks, ok := opt.(interface {
		Rank() (rank, size int)
		AllGather(mine []byte) ([][]byte, error)
	})
	if !ok {
		return err
	}
	if _, size := ranks.Rank(); size == 1 {
		return err
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	all, failed := ranks.AllGather([]byte(text))
	if err != nil || failed != nil {
		return cmp.Or(err, failed)
	}
	for r, text := range all {
		if len(text) > 0 {
			return fmt.Errorf("rank %d: %s", r, text)
		}
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
	_, _, err := write(path, s)
	return err
}

// write is Write, and returns the file's size and digest.
func write[T kernels.Float](path string, s *optim.Snapshot[T]) (size int64, digest string, err error) {
	if s == nil {
		return 0, "", fmt.Errorf("checkpoint %s: nil Snapshot", path)
	}
	h, vectors, err := layout(s)
	if err == nil {
		err = files.Replace(path, func(f *os.File) (err error) {
			digest, err = encode(f, h, vectors)
			return err
		})
	}
	if err != nil {
		return 0, "", fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return int64(len(h.raw)) + h.dataSize(), digest, nil
}

// Read reads a snapshot from a file. It is an error if the file is no regular
// one, is no checkpoint, is not whole or, without [Convert], has another element type.
func Read[T kernels.Float](path string, opts ...LoadOption) (*optim.Snapshot[T], error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	s, err := readFile[T](path, o)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return s, nil
}

func readFile[T kernels.Float](path string, o options) (*optim.Snapshot[T], error) {
	f, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decode[T](f, size, o)
}

// open opens a file for reading, and returns its size.
func open(path string) (*os.File, int64, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
