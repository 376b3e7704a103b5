package distributed

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/internal/files"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// sampleManifest returns that of a checkpoint of two ranks.
func sampleManifest() *manifest {
	const id = "0123456789abcdef"
	s := &optim.Snapshot[float32]{Params: []optim.ParamSnapshot[float32]{{Name: "w <&>\n", WholeLen: 7}, {Name: "b", WholeLen: 1}}}
	return newManifest(id, 12, s, []checkpoint.ShardFile{
		{Name: shardName(12, id, 0), Size: 100, SHA256: noDigest}, {Name: shardName(12, id, 1), Size: 200, SHA256: noDigest},
	})
}

func encoded(t testing.TB, m *manifest) []byte {
	t.Helper()
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestManifest: every byte of a manifest matters, and what it says is checked.
func TestManifest(t *testing.T) {
	text := encoded(t, sampleManifest())
	if _, err := parseManifest(text); err != nil {
		t.Fatal(err)
	}
	for i := range text {
		for _, bit := range []byte{1, 0x20} {
			text[i] ^= bit
			if _, err := parseManifest(text); err == nil {
				t.Errorf("no error with another byte %d", i)
			}
			text[i] ^= bit
		}
		if _, err := parseManifest(text[:i]); err == nil {
			t.Errorf("no error for the first %d bytes", i)
		}
	}
	for _, c := range []struct {
		change func(m *manifest)
		want   string
	}{
		{func(m *manifest) { m.Format = "other" }, `format "other"`},
		{func(m *manifest) { m.Version = 9 }, "version 9"},
		{func(m *manifest) { m.ID = "../../0123456789" }, `id "../../0123456789"`},
		{func(m *manifest) { m.Step = -1 }, "step -1"},
		{func(m *manifest) { m.Step = 13 }, "step-0000000013"},
		{func(m *manifest) { m.Shards = nil }, "0 shards"},
		{func(m *manifest) { m.Shards = m.Shards[1:] }, "shard 0 is"},
		{func(m *manifest) { m.Shards[1].Name = "../" + m.Shards[1].Name }, `"../step-`},
	} {
		m := sampleManifest()
		c.change(m)
		_, err := parseManifest(encoded(t, m))
		opttest.WantError(t, err, c.want)
	}
}

// TestShardNames: names are read again, and no others are taken for them.
func TestShardNames(t *testing.T) {
	name := shardName(3, "0123456789abcdef", 123456)
	if step, id, ok := parseShardName(name); !ok || step != 3 || id != "0123456789abcdef" {
		t.Errorf("%s is read as %d, %s, %t", name, step, id, ok)
	}
	for _, other := range []string{"", "step-0000000003.json", "step-0000000003.safetensors", "x" + name, name + "x", strings.ToUpper(name),
		strings.Replace(name, "0000000003", "3", 1), strings.Replace(name, "-123456", "-0123456", 1), strings.Replace(name, "abcdef", "abcde", 1), strings.Replace(name, "-12", "--12", 1)} {
		if _, _, ok := parseShardName(other); ok {
			t.Errorf("%q is taken for a shard", other)
		}
	}
}

// TestCorruptManifest: a run that goes on behind a corrupt manifest saves another step without an
// error, and removes what was corrupt in its turn.
func TestCorruptManifest(t *testing.T) {
	path := t.TempDir()
	onRanks(2, func(tr Transport) {
		d, r := Dir{path, 2, tr}, newRun(kinds[0], tr, 1)
		for step := 1; step <= 2; step++ {
			if err := SaveTo(d, step, r); err != nil {
				t.Error(err)
			}
		}
	})
	if err := os.Truncate(Dir{Path: path}.File(2), 100); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-2 * files.Abandoned)
	for _, name := range names(t, path) {
		if err := os.Chtimes(filepath.Join(path, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	onRanks(2, func(tr Transport) {
		d, r := Dir{path, 2, tr}, newRun(kinds[0], tr, 1)
		if step, _, err := LoadLatest(d, r); step != 1 || err == nil {
			t.Errorf("got the step %d: %v", step, err)
		}
		for step := 3; step <= 4; step++ {
			if err := SaveTo(d, step, r); err != nil {
				t.Errorf("step %d: %v", step, err)
			}
			if got, want := len(names(t, path)), 2*(1+2); tr.Rank() == 0 && got != want {
				t.Errorf("step %d: %d files, want %d", step, got, want)
			}
		}
		if step, _, err := LoadLatest(d, r); step != 4 || err != nil {
			t.Errorf("got the step %d: %v", step, err)
		}
	})
}

// FuzzManifest: a text is refused, or it is what its manifest is written as, and names files
// within the directory.
func FuzzManifest(f *testing.F) {
	good := encoded(f, sampleManifest())
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(bytes.Replace(good, []byte(`"step": 12`), []byte(`"step": 1e2`), 1))
	f.Add(bytes.Replace(good, []byte(`"len": 7`), []byte(`"len": -7`), 1))
	f.Add([]byte(`{"format":"steepest.shards","version":1,"shards":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		// With the digest made right, what is behind it meets bad texts.
		var sealed manifest
		if json.Unmarshal(text, &sealed) == nil {
			if again, err := sealed.encode(); err == nil {
				text = again
			}
		}
		m, err := parseManifest(text)
		if err != nil {
			return
		}
		if again := encoded(t, m); !bytes.Equal(again, text) {
			t.Fatalf("read %q, wrote %q", text, again)
		}
		for _, s := range m.Shards {
			if filepath.Base(s.Name) != s.Name {
				t.Fatalf("the shard %q is in another directory", s.Name)
			}
		}
	})
}
