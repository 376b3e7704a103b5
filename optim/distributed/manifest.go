package distributed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

const (
	manifestFormat  = "steepest.shards"
	manifestVersion = 1
)

// A manifest says which files make up a checkpoint. It is written when all of them are there.
type manifest struct {
	Format  string                 `json:"format"`
	Version int                    `json:"version"`
	ID      string                 `json:"id"`
	Step    int                    `json:"step"`
	Params  []manifestParam        `json:"params"`
	Shards  []checkpoint.ShardFile `json:"shards"` // one for each rank
	SHA256  string                 `json:"sha256"` // of the text, as it is with 64 zeros here
}

type manifestParam struct {
	Name string `json:"name"`
	Len  int    `json:"len"`
}

// noDigest stands in the digest's place where the digest is computed.
var noDigest = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// newManifest returns that of a checkpoint with a shard of a state.
func newManifest[T kernels.Float](id string, step int, s *optim.Snapshot[T], shards []checkpoint.ShardFile) *manifest {
	m := &manifest{Format: manifestFormat, Version: manifestVersion, ID: id, Step: step, Shards: shards}
	for _, p := range s.Params {
		m.Params = append(m.Params, manifestParam{p.Name, p.WholeLen})
	}
	return m
}

// encode returns the text, with its digest.
func (m manifest) encode() ([]byte, error) {
	m.SHA256 = noDigest
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m.SHA256 = hex.EncodeToString(sum[:])
	text, err = json.MarshalIndent(m, "", "\t")
	return append(text, '\n'), err
}

// parseManifest reads what encode has written, and nothing else.
func parseManifest(text []byte) (*manifest, error) {
	m := new(manifest)
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("no manifest of shards: %w", err)
	}
	if m.Format != manifestFormat || m.Version != manifestVersion {
		return nil, fmt.Errorf("no manifest that can be read: format %q and version %d, want %q and %d", m.Format, m.Version, manifestFormat, manifestVersion)
	}
	// That text has no second form, so that whatever differs is damage.
	if again, err := m.encode(); err != nil || !bytes.Equal(again, text) {
		return nil, fmt.Errorf("corrupt: the text is not the one of the sha256 that it says, %q", m.SHA256)
	}
	if len(m.Shards) == 0 || !isID(m.ID) || m.Step < 0 {
		return nil, fmt.Errorf("manifest of %d shards, with the id %q and the step %d", len(m.Shards), m.ID, m.Step)
	}
	for rank, f := range m.Shards {
		if want := shardName(m.Step, m.ID, rank); f.Name != want {
			return nil, fmt.Errorf("shard %d is %q, want %q", rank, f.Name, want)
		}
	}
	return m, nil
}

// readManifest reads a manifest from a file, which has the name of its step.
func readManifest(path string) (*manifest, error) {
	text, err := regular.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, fmt.Errorf("distributed: %s: %w", path, err)
	}
	if want := filepath.Base(Dir{}.File(m.Step)); filepath.Base(path) != want {
		return nil, fmt.Errorf("distributed: %s: it is the manifest of step %d, whose name is %s", path, m.Step, want)
	}
	return m, nil
}

// readVerified is readManifest for a checkpoint all of whose files must be whole.
func readVerified(path string) (*manifest, error) {
	m, err := readManifest(path)
	if err != nil {
		return nil, err
	}
	for _, f := range m.Shards {
		if err := f.Verify(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Read reads the whole of a checkpoint of ranks, without ranks: an optimizer of one process
// restores it, and checkpoint.Write makes it one file. The path is that of the manifest, as
// [Dir.File] returns it. It is an error if a file is missing, is not whole, or is of another
// checkpoint.
func Read[T kernels.Float](path string) (*optim.Snapshot[T], error) {
	m, err := readVerified(path)
	if err != nil {
		return nil, err
	}
	return checkpoint.ReadShards[T](filepath.Dir(path), m.Shards, nil)
}

// newID returns the name of a new saving.
func newID() string { return fmt.Sprintf("%016x", rand.Uint64()) }

// isID reports whether newID makes names like that.
func isID(id string) bool { return len(id) == 16 && strings.Trim(id, "0123456789abcdef") == "" }
