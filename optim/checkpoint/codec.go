package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// encode writes header and data, and then the digest into its place. It returns the digest.
func encode(w io.WriteSeeker, h *header, vectors []vector) (string, error) {
	// A quote inside of a JSON string is escaped: this matches nothing but the entry.
	const entry = `"sha256":"`
	place := bytes.Index(h.raw, []byte(entry+noDigest+`"`)) + len(entry)

	hash := sha256.New()
	if err := writeAll(io.MultiWriter(w, hash), h, vectors); err != nil {
		return "", err
	}
	if _, err := w.Seek(int64(place), io.SeekStart); err != nil {
		return "", err
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	_, err := io.WriteString(w, digest)
	return digest, err
}

// writeAll writes header and data.
func writeAll(w io.Writer, h *header, vectors []vector) error {
	if _, err := w.Write(h.raw); err != nil {
		return err
	}
	buf := make([]byte, chunkBytes)
	for _, v := range vectors {
		if err := v.write(w, buf); err != nil {
			return err
		}
	}
	return nil
}

// noDigest stands in the digest's place where the digest is computed.
var noDigest = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// decode reads a file of the given size.
func decode[T kernels.Float](r io.Reader, size int64, o options) (*optim.Snapshot[T], error) {
	h, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	if err := h.checkFormat(); err != nil {
		return nil, err
	}
	s, err := parseAbout[T](h.metadata["optimizer"], len(h.tensors))
	if err != nil {
		return nil, fmt.Errorf("metadata entry \"optimizer\": %w", err)
	}
	digest, err := h.takeDigest()
	if err != nil {
		return nil, err
	}
	if err := findParams(h, s); err != nil {
		return nil, err
	}
	places, err := match(h, s, o)
	if err != nil {
		return nil, err
	}

	hash := sha256.New()
	hash.Write(h.raw)
	both := io.TeeReader(r, hash)
	buf := make([]byte, chunkBytes)
	for i, t := range h.tensors {
		if err := places[i].read(both, t, buf); err != nil {
			return nil, err
		}
	}
	if err := checkDigest(hash, digest); err != nil {
		return nil, err
	}
	if dtype[T]() != dtype[float32]() { // which alone has formats
		decodeFormats(s)
	}
	return s, nil
}

// checkDigest returns an error unless the digest is the one that the header says.
func checkDigest(h hash.Hash, want string) error {
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("corrupt: the content has the sha256 %s, the header says %s", got, want)
	}
	return nil
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

// isWhole reports whether a file is a checkpoint with the digest that it says, or a file of
// tensors that says none and is no checkpoint. What is whole may still not fit. The error is
// that of a file that cannot be read.
func isWhole(path string) (bool, error) {
	f, size, err := open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	h, err := readHeader(f, size)
	if err == nil && !h.isForeign() {
		err = h.checkWhole(f)
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return false, err
	}
	return err == nil, nil
}

// isForeign reports whether the file is of another program, or of weights alone. No disk takes
// both entries away and leaves a header.
func (h *header) isForeign() bool {
	_, digest := h.metadata["sha256"]
	_, about := h.metadata["optimizer"]
	return !digest && !about
}

// checkWhole returns an error unless a checkpoint, whose data r reads, has the digest that its
// header says.
func (h *header) checkWhole(r io.Reader) error {
	digest, err := h.takeDigest()
	if err != nil {
		return err
	}
	hash := sha256.New()
	hash.Write(h.raw)
	if _, err := io.Copy(hash, r); err != nil {
		return err
	}
	return checkDigest(hash, digest)
}
