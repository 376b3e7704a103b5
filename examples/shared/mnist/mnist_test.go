package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
)

// idx returns an uncompressed IDX file.
func idx(magic uint32, dims []uint32, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, data...)
}

func zip(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func TestBadFiles(t *testing.T) {
	const n = 20
	rng := rand.New(rand.NewPCG(1, 1))
	grey := make([]byte, n*Pixels)
	for i := range grey {
		grey[i] = byte(rng.Uint32()) // does not compress, so that a cut is felt
	}
	truth := make([]byte, n)
	imageDims := []uint32{n, Side, Side}
	goodImages, goodLabels := zip(idx(0x803, imageDims, grey)), zip(idx(0x801, []uint32{n}, truth))
	flipped := bytes.Clone(goodImages)
	flipped[len(flipped)/2] ^= 1
	badSum := bytes.Clone(goodImages)
	badSum[len(badSum)-8] ^= 1
	wrong := bytes.Clone(truth)
	wrong[13] = 10

	for name, c := range map[string]struct {
		images, labels []byte // nil: no such file
		want           []string
	}{
		"no images":         {nil, goodLabels, []string{ImageFile, "no such file"}},
		"no labels":         {goodImages, nil, []string{LabelFile, "no such file"}},
		"empty":             {[]byte{}, goodLabels, []string{ImageFile, "is empty"}},
		"no gzip":           {idx(0x803, imageDims, grey), goodLabels, []string{ImageFile, "gzip"}},
		"half a file":       {goodImages[:len(goodImages)/2], goodLabels, []string{ImageFile, "cut short"}},
		"a byte":            {goodImages[:1], goodLabels, []string{ImageFile, "cut short"}},
		"all but a byte":    {goodImages[:len(goodImages)-1], goodLabels, []string{ImageFile, "cut short"}},
		"labels cut":        {goodImages, goodLabels[:len(goodLabels)-10], []string{LabelFile, "cut short"}},
		"flipped bit":       {flipped, goodLabels, []string{ImageFile, "checksum"}},
		"bad checksum":      {badSum, goodLabels, []string{ImageFile, "checksum"}},
		"half a header":     {zip([]byte{0, 0, 8, 3, 0}), goodLabels, []string{ImageFile, "5 bytes", "header of 16"}},
		"nothing zipped":    {zip(nil), goodLabels, []string{ImageFile, "0 bytes", "header of 16"}},
		"bytes behind":      {append(bytes.Clone(goodImages), "tail"...), goodLabels, []string{ImageFile, "more bytes behind"}},
		"zeros behind":      {goodImages, append(bytes.Clone(goodLabels), make([]byte, 512)...), []string{LabelFile, "more bytes behind"}},
		"zipped twice":      {append(bytes.Clone(goodImages), goodImages...), goodLabels, []string{ImageFile, "more bytes behind"}},
		"bad magic":         {zip(idx(0x804, imageDims, grey)), goodLabels, []string{ImageFile, "magic", "0x00000804", "0x00000803"}},
		"labels for images": {goodLabels, goodLabels, []string{ImageFile, "magic", "0x00000801"}},
		"images for labels": {goodImages, goodImages, []string{LabelFile, "magic", "0x00000803"}},
		"bad size":          {zip(idx(0x803, []uint32{n, Side, 27}, grey)), goodLabels, []string{ImageFile, "dimension 2", "27", "28"}},
		"data missing":      {zip(idx(0x803, []uint32{n + 1, Side, Side}, grey)), goodLabels, []string{ImageFile, "15680", "16464"}},
		"data left over":    {zip(idx(0x803, []uint32{n - 1, Side, Side}, grey)), goodLabels, []string{ImageFile, "more than", "14896"}},
		"bomb":              {zip(idx(0x803, []uint32{1 << 31, Side, Side}, grey)), goodLabels, []string{ImageFile, "2147483648"}},
		"other count":       {goodImages, zip(idx(0x801, []uint32{n - 1}, truth[1:])), []string{LabelFile, "19 labels", "20 images"}},
		"bad label":         {goodImages, zip(idx(0x801, []uint32{n}, wrong)), []string{LabelFile, "label 13", "10"}},
		"too few":           {goodImages, goodLabels, []string{"20 images", "10000"}},
		"none":              {zip(idx(0x803, []uint32{0, Side, Side}, nil)), zip(idx(0x801, []uint32{0}, nil)), []string{"0 images"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := demotest.Write(t, map[string][]byte{ImageFile: c.images, LabelFile: c.labels})
			_, _, err := Load(dir, 1)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
		})
	}
}

func TestPipes(t *testing.T) {
	for _, name := range []string{ImageFile, LabelFile} {
		dir := demotest.Write(t, map[string][]byte{ImageFile: zip(idx(0x803, []uint32{0, Side, Side}, nil))})
		path := filepath.Join(dir, name)
		os.Remove(path)
		regulartest.Pipe(t, path)
		err := regulartest.AtOnce(t, func() error {
			_, err := Read(dir)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "named pipe") {
			t.Errorf("error %v, want one about the pipe %s", err, path)
		}
	}
}

func TestReadMNIST(t *testing.T) {
	dir := t.TempDir()
	grey := make([]byte, 2*Pixels)
	grey[1], grey[Pixels] = 51, 255
	os.WriteFile(filepath.Join(dir, ImageFile), zip(idx(0x803, []uint32{2, Side, Side}, grey)), 0o666)
	os.WriteFile(filepath.Join(dir, LabelFile), zip(idx(0x801, []uint32{2}, []byte{9, 4})), 0o666)
	d, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Len() != 2 || d.Labels[0] != 9 || d.Labels[1] != 4 || d.Image(0)[1] != 0.2 || d.Image(1)[0] != 1 {
		t.Errorf("%d images, labels %v, Pixels %v and %v", d.Len(), d.Labels, d.Image(0)[:2], d.Image(1)[:2])
	}
}

// TestDrawing: a seed's images are the same everywhere.
func TestDrawing(t *testing.T) {
	sum := func(seed uint64) uint64 {
		d := Draw(500, seed)
		h := fnv.New64a()
		binary.Write(h, binary.LittleEndian, d.Images)
		h.Write(d.Labels)
		return h.Sum64()
	}
	if got, want := sum(1), uint64(0x44b6766dac98fc7e); got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
	if sum(1) == sum(2) {
		t.Error("two seeds draw the same digits")
	}
}
