package checkpoint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/memory"
)

// shardParams returns parameters of blocks and of less than one, of bfloat16.
func shardParams() []optim.Param[float32] {
	var params []optim.Param[float32]
	for i, n := range []int{100, 40000, 5} {
		p := optim.Param[float32]{Name: fmt.Sprint("p", i), BF16: make([]kernels.BFloat16, n)}
		for j := range p.BF16 {
			p.BF16[j] = kernels.ToBFloat16(float32((i+j)%7 - 3))
		}
		params = append(params, p)
	}
	params[0].Shape = []int{20, 5}
	return params
}

// shards returns the state of a run, whole and in the shards of so many ranks.
func shards(t testing.TB, size int, opts ...optim.Option) (whole *optim.Snapshot[float32], parts []*optim.Snapshot[float32]) {
	t.Helper()
	parts = make([]*optim.Snapshot[float32], size)
	var wg sync.WaitGroup
	for rank, tr := range memory.New(size) {
		wg.Go(func() {
			params := shardParams()
			opt, err := optim.New(optim.NewAdam(0.1), params, append(opts, optim.Distributed(tr, 4), optim.WithRoundingSeed(1))...)
			if err != nil {
				t.Error(err)
				return
			}
			lo, hi, _ := opt.Share()
			var batches [][][]float32
			for k := lo; k < hi; k++ {
				var grads [][]float32
				for _, p := range params {
					g := make([]float32, p.Len())
					for i := range g {
						g[i] = float32(i%5 + k)
					}
					grads = append(grads, g)
				}
				batches = append(batches, grads)
			}
			if _, err := opt.Step(batches...); err != nil {
				t.Error(err)
			}
			s, err := opt.Snapshot()
			if err != nil {
				t.Error(err)
			}
			if rank == 0 {
				whole = s
			}
			if parts[rank], err = opt.SnapshotShard(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return whole, parts
}

// writeShards writes shards to a directory.
func writeShards(t testing.TB, dir string, parts []*optim.Snapshot[float32]) []ShardFile {
	t.Helper()
	var files []ShardFile
	for rank, s := range parts {
		f, err := WriteShard(filepath.Join(dir, fmt.Sprintf("%d.safetensors", rank)), s)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// TestShards: what ranks have written is read by any number of ranks, and as a whole.
func TestShards(t *testing.T) {
	for _, opts := range [][]optim.Option{
		{optim.WithStateFormat(optim.Int8), optim.WithSplitParams()},
		{optim.WithStateFormat(optim.BFloat16)},
	} {
		whole, parts := shards(t, 3, opts...)
		parts[0].ExtraVectors = []optim.StateSnapshot[float32]{{Name: "mean", Value: []float32{1, 2}}}
		parts[0].Extra = map[string]string{"a": "b"}
		whole.Extra, whole.ExtraVectors = parts[0].Extra, parts[0].ExtraVectors
		dir := t.TempDir()
		files := writeShards(t, dir, parts)
		for _, f := range files {
			if err := f.Verify(dir); err != nil {
				t.Error(err)
			}
		}
		got, err := ReadShards[float32](dir, files, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(got, whole) {
			t.Error("the whole of the shards is another one")
		}
		for _, size := range []int{1, 2, 4} {
			_, want := shards(t, size, opts...)
			for rank, like := range want {
				got, err := ReadShards(dir, files, like)
				if err != nil {
					t.Fatal(err)
				}
				like.Extra, like.ExtraVectors = parts[0].Extra, parts[0].ExtraVectors
				if !sameBits(got, like) {
					t.Errorf("rank %d of %d has another part than its own", rank, size)
				}
			}
		}
	}
}

// TestShardErrors: shards that do not make up a state, or not the one that is wanted.
func TestShardErrors(t *testing.T) {
	_, parts := shards(t, 3, optim.WithStateFormat(optim.Int8))
	dir := t.TempDir()
	files := writeShards(t, dir, parts)
	read := func(files []ShardFile, like *optim.Snapshot[float32]) error {
		_, err := ReadShards(dir, files, like)
		return err
	}
	none := []ShardFile(nil)
	wantError(t, read(none, nil), dir, "no shards")
	wantError(t, read(files[:2], nil), `"p1"`, "no file has the elements from 32768 on, of 40000")
	wantError(t, read(files[1:], nil), `"p0"`, "no file has the elements from 0 on, of 100")
	wantError(t, read(append(files[:3:3], files[2]), nil), `"p1"`, "2.safetensors has the elements from 32768 on, want those from 40000 on")

	// edited returns the files with another one in the place of a rank's.
	edited := func(rank int, change func(s *optim.Snapshot[float32])) []ShardFile {
		s := *parts[rank]
		s.Params = append([]optim.ParamSnapshot[float32](nil), s.Params...)
		change(&s)
		f, err := WriteShard(filepath.Join(dir, "edited.safetensors"), &s)
		if err != nil {
			t.Fatal(err)
		}
		list := append([]ShardFile(nil), files...)
		list[rank] = f
		return list
	}
	wantError(t, read(edited(1, func(s *optim.Snapshot[float32]) { s.Steps++ }), nil), "edited.safetensors", "another state than 0.safetensors")
	wantError(t, read(edited(2, func(s *optim.Snapshot[float32]) { s.Params[1].WholeLen++ }), nil), "edited.safetensors", "another state")
	wantError(t, read(edited(2, func(s *optim.Snapshot[float32]) { s.Params[1].First++ }), nil), `"p1"`, "elements from 32769 on, of 40000")
	wantError(t, read(edited(2, func(s *optim.Snapshot[float32]) { s.Params[1].First = -1 }), nil), `"p1"`, "from -1 on")
	wantError(t, read(edited(2, func(s *optim.Snapshot[float32]) {
		state := append([]optim.StateSnapshot[float32](nil), s.Params[1].State...)
		state[0].Int8 = state[0].Int8.Slice(0, 256)
		s.Params[1].State = state
	}), nil), `"p1"`, "edited.safetensors has 256 elements", "want 7232")

	wanted := func(change func(p *optim.ParamSnapshot[float32])) *optim.Snapshot[float32] {
		s := *parts[1]
		s.Params = append([]optim.ParamSnapshot[float32](nil), s.Params...)
		change(&s.Params[1])
		return &s
	}
	wantError(t, read(files, wanted(func(p *optim.ParamSnapshot[float32]) { p.Name = "q" })), `"p1" of 40000`, `want "q"`)
	wantError(t, read(files, wanted(func(p *optim.ParamSnapshot[float32]) { p.WholeLen = 5 })), "40000", "of 5")
	wantError(t, read(files, wanted(func(p *optim.ParamSnapshot[float32]) { p.First = 39999 })), `"p1"`, "from 39999 on are wanted, of 40000")
	wantError(t, read(files, wanted(func(p *optim.ParamSnapshot[float32]) { p.First++ })), "cut within its blocks of 256")
	wantError(t, read(files, &optim.Snapshot[float32]{}), "3 parameters, want 0")

	other := ShardFile{"../0.safetensors", files[0].Size, files[0].SHA256}
	wantError(t, other.Verify(dir), `"../0.safetensors"`, "in its directory")
	_, err := WriteShard(filepath.Join(dir, "x"), &optim.Snapshot[float32]{Accumulated: 2})
	wantError(t, err, "2 batches accumulated")
	_, err = ReadShards[float64](dir, files, nil)
	wantError(t, err, "0.safetensors", "dtype")
}

// FuzzShards: what files of two ranks hold is refused, or makes a whole that can be written and read
// again.
func FuzzShards(f *testing.F) {
	whole, parts := shards(f, 2, optim.WithStateFormat(optim.Int8))
	for _, s := range append(parts, whole) { // parts of few elements, for speed
		for i := range s.Params {
			cutParam(&s.Params[i])
		}
	}
	dir := f.TempDir()
	writeShards(f, dir, append(parts, whole))
	var texts [3][]byte
	for i := range texts {
		texts[i] = readBytes(f, filepath.Join(dir, fmt.Sprintf("%d.safetensors", i)))
	}
	f.Add(texts[0], texts[1])
	f.Add(texts[1], texts[0])
	f.Add(texts[2], texts[1])
	for _, c := range [][2]string{
		{`\"first\":256`, `\"first\":255`}, {`\"whole_len\":300`, `\"whole_len\":3000000000`}, {`\"format\":\"int8\"`, `\"format\":\"bfloat16\"`},
	} {
		if b := bytes.ReplaceAll(texts[1], []byte(c[0]), []byte(c[1])); !bytes.Equal(b, texts[1]) {
			f.Add(texts[0], edit(f, texts[1], replace(c[0], c[1])))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		dir := t.TempDir()
		var files []ShardFile
		for i, b := range [][]byte{seal(a), seal(b)} {
			name := fmt.Sprint(i)
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
				t.Fatal(err)
			}
			files = append(files, ShardFile{name, int64(len(b)), digestOf(b)})
		}
		s, err := ReadShards[float32](dir, files, nil)
		if err != nil {
			return
		}
		path := filepath.Join(dir, "whole")
		if err := Write(path, s); err != nil {
			t.Fatal(err)
		}
		if again, err := Read[float32](path); err != nil || !sameBits(again, s) {
			t.Fatalf("wrote %+v, read %+v (%v)", s, again, err)
		}
	})
}

// cutParam leaves of a parameter of 40000 elements on two ranks what 300 of them would be.
func cutParam(p *optim.ParamSnapshot[float32]) {
	if p.Name != "p1" {
		return
	}
	n := min(len(p.BF16), 256)
	if p.First > 0 {
		p.First, n = 256, 44
	} else if p.WholeLen == 0 {
		n = 300
	}
	if p.WholeLen > 0 {
		p.WholeLen = 300
	}
	p.BF16 = p.BF16[:n]
	for j := range p.State {
		v := p.State[j].Int8
		p.State[j].Int8 = kernels.Vector8{Codes: v.Codes[:n], Exponents: v.Exponents[:kernels.Exponents8(n)]}
	}
}

// digestOf returns the digest that a file says.
func digestOf(b []byte) string {
	h, err := readHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return ""
	}
	return h.metadata["sha256"]
}
