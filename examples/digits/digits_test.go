package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

var lastLine = regexp.MustCompile(`^accuracy=([01]\.\d{4}) loss=(\d+\.\d{6}) level=(\w+)$`)

// output runs the program, which must succeed, and returns its output's lines.
func output(t *testing.T, args ...string) []string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, &out, &errs); status != success || errs.Len() > 0 {
		t.Fatalf("%v: status %d, error %q, output\n%s", args, status, &errs, &out)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// refused runs the program, which must end with the status and one line.
func refused(t *testing.T, status int, args []string, want ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != status {
		t.Errorf("%v: status %d, want %d", args, got, status)
	}
	line := errs.String()
	if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || !strings.HasPrefix(line, "digits: ") {
		t.Errorf("%v: want one line, got %q", args, line)
	}
	for _, w := range want {
		if !strings.Contains(line, w) {
			t.Errorf("%v: %q does not contain %q", args, line, w)
		}
	}
	if strings.Contains(out.String(), "accuracy=") {
		t.Errorf("%v: failed with a result: %s", args, &out)
	}
}

func TestDrawnDigits(t *testing.T) {
	before := kernels.ActiveLevel()
	lines := output(t, "-epochs", "3")
	if kernels.ActiveLevel() != before {
		t.Errorf("level %v became %v", before, kernels.ActiveLevel())
	}
	last := lastLine.FindStringSubmatch(lines[len(lines)-1])
	if last == nil {
		t.Fatalf("last line %q", lines[len(lines)-1])
	}
	if a, _ := strconv.ParseFloat(last[1], 64); a < 0.9 {
		t.Errorf("accuracy %v, want at least 0.9", a)
	}
	if last[3] != before.String() {
		t.Errorf("level %s, want %v", last[3], before)
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{
		fmt.Sprintf(`(?m)^softmax regression.* level %v$`, before),
		`(?m)^epoch 1/3  loss \d\.\d{6}  accuracy 0\.\d{4}  \d+ samples/s$`,
		`(?m)^epoch 3/3  loss ` + last[2] + `  accuracy ` + last[1] + `  \d+ samples/s$`,
		`(?m)^the same training on level generic$`,
		`(?m)speed-up \d+\.\d, same loss bit for bit$`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "epoch "); n != 3 {
		t.Errorf("%d progress lines, want 3", n)
	}
}

// TestSameEverywhere: each level, of this machine and of any other, ends with
// this line. It changes only with the numeric contract of package kernels or with
// what the program computes.
func TestSameEverywhere(t *testing.T) {
	const want = "accuracy=0.8105 loss=1.614674 level="
	for _, level := range kernels.Levels() {
		lines := output(t, "-epochs", "1", "-batch", "60", "-seed", "7", "-level", level.String())
		if got := lines[len(lines)-1]; got != want+level.String() {
			t.Errorf("%q, want %q", got, want+level.String())
		}
	}
}

func TestMNIST(t *testing.T) {
	data := os.Getenv("STEEPEST_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir := filepath.Join(data, "mnist")
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		t.Skipf("no MNIST here: %v", err)
	}
	lines := output(t, "-data", dir)
	t.Log(lines[len(lines)-1])
	last := lastLine.FindStringSubmatch(lines[len(lines)-1])
	if last == nil {
		t.Fatalf("last line %q", lines[len(lines)-1])
	}
	if a, _ := strconv.ParseFloat(last[1], 64); a < 0.92 {
		t.Errorf("accuracy %v, want at least 0.92", a)
	}
}

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
	grey := make([]byte, n*pixels)
	for i := range grey {
		grey[i] = byte(rng.Uint32()) // does not compress, so that a cut is felt
	}
	truth := make([]byte, n)
	imageDims := []uint32{n, side, side}
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
		"no images":         {nil, goodLabels, []string{imageFile, "no such file"}},
		"no labels":         {goodImages, nil, []string{labelFile, "no such file"}},
		"empty":             {[]byte{}, goodLabels, []string{imageFile, "cut short"}},
		"no gzip":           {idx(0x803, imageDims, grey), goodLabels, []string{imageFile, "gzip"}},
		"half a file":       {goodImages[:len(goodImages)/2], goodLabels, []string{imageFile, "cut short"}},
		"all but a byte":    {goodImages[:len(goodImages)-1], goodLabels, []string{imageFile, "cut short"}},
		"labels cut":        {goodImages, goodLabels[:len(goodLabels)-10], []string{labelFile, "cut short"}},
		"flipped bit":       {flipped, goodLabels, []string{imageFile, "checksum"}},
		"bad checksum":      {badSum, goodLabels, []string{imageFile, "checksum"}},
		"half a header":     {zip([]byte{0, 0, 8, 3, 0}), goodLabels, []string{imageFile, "cut short"}},
		"bad magic":         {zip(idx(0x804, imageDims, grey)), goodLabels, []string{imageFile, "magic", "0x00000804", "0x00000803"}},
		"labels for images": {goodLabels, goodLabels, []string{imageFile, "magic", "0x00000801"}},
		"images for labels": {goodImages, goodImages, []string{labelFile, "magic", "0x00000803"}},
		"bad size":          {zip(idx(0x803, []uint32{n, side, 27}, grey)), goodLabels, []string{imageFile, "dimension 2", "27", "28"}},
		"data missing":      {zip(idx(0x803, []uint32{n + 1, side, side}, grey)), goodLabels, []string{imageFile, "15680", "16464"}},
		"data left over":    {zip(idx(0x803, []uint32{n - 1, side, side}, grey)), goodLabels, []string{imageFile, "more than", "14896"}},
		"bomb":              {zip(idx(0x803, []uint32{1 << 31, side, side}, grey)), goodLabels, []string{imageFile, "2147483648"}},
		"other count":       {goodImages, zip(idx(0x801, []uint32{n - 1}, truth[1:])), []string{labelFile, "19 labels", "20 images"}},
		"bad label":         {goodImages, zip(idx(0x801, []uint32{n}, wrong)), []string{labelFile, "label 13", "10"}},
		"too few":           {goodImages, goodLabels, []string{"20 images", "10000"}},
		"none":              {zip(idx(0x803, []uint32{0, side, side}, nil)), zip(idx(0x801, []uint32{0}, nil)), []string{"0 images"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, data := range map[string][]byte{imageFile: c.images, labelFile: c.labels} {
				if data == nil {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, file), data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			refused(t, failure, []string{"-data", dir}, append(c.want, dir)...)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	refused(t, failure, []string{"-data", missing}, missing, "no such file")
}

func TestReadMNIST(t *testing.T) {
	dir := t.TempDir()
	grey := make([]byte, 2*pixels)
	grey[1], grey[pixels] = 51, 255
	os.WriteFile(filepath.Join(dir, imageFile), zip(idx(0x803, []uint32{2, side, side}, grey)), 0o666)
	os.WriteFile(filepath.Join(dir, labelFile), zip(idx(0x801, []uint32{2}, []byte{9, 4})), 0o666)
	d, err := readMNIST(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.len() != 2 || d.labels[0] != 9 || d.labels[1] != 4 || d.image(0)[1] != 0.2 || d.image(1)[0] != 1 {
		t.Errorf("%d images, labels %v, pixels %v and %v", d.len(), d.labels, d.image(0)[:2], d.image(1)[:2])
	}
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-epochs", "0"}, "-epochs 0"},
		{[]string{"-epochs", "-3"}, "-epochs -3"},
		{[]string{"-epochs", "x"}, "-epochs"},
		{[]string{"-batch", "0"}, "-batch 0"},
		{[]string{"-batch", "8001"}, "-batch 8001"},
		{[]string{"-lr", "0"}, "-lr 0"},
		{[]string{"-lr", "-1"}, "-lr -1"},
		{[]string{"-lr", "NaN"}, "-lr NaN"},
		{[]string{"-lr", "Inf"}, "-lr +Inf"},
		{[]string{"-lr", "1e39"}, "-lr 1e+39"},
		{[]string{"-seed", "-1"}, "-seed"},
		{[]string{"-level", "sse9"}, "-level sse9"},
		{[]string{"-level", ""}, "-level"},
		{[]string{"-nonsense"}, "-nonsense"},
		{[]string{"data"}, `"data"`},
	} {
		refused(t, misuse, c.args, c.want)
	}
	for l := kernels.Generic; ; l++ { // levels of other machines
		if _, err := kernels.ParseLevel(l.String()); err != nil {
			break
		}
		if _, err := kernels.TableOf[float32](l); err != nil {
			refused(t, misuse, []string{"-level", l.String()}, "-level "+l.String(), "not available")
		}
	}

	var out, errs bytes.Buffer
	if status := run([]string{"-h"}, &out, &errs); status != success || errs.Len() > 0 || !strings.Contains(out.String(), "-epochs") {
		t.Errorf("-h: status %d, error %q, output %q", status, &errs, &out)
	}
}

func TestDivergence(t *testing.T) {
	refused(t, failure, []string{"-lr", "3e38", "-epochs", "1"}, "diverged in step", "-lr")
}

func TestSameBits(t *testing.T) {
	fresh := func() *result { return &result{model: newModel(), loss: 0.25} }
	if err := sameBits(fresh(), fresh()); err != nil {
		t.Error(err)
	}
	refuse := func(r *result, want string) {
		t.Helper()
		var out bytes.Buffer
		err := conclude(&out, fresh(), r)
		if err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("error %v, want one with %q; output %q", err, want, &out)
		}
	}
	r := fresh()
	r.loss = math.Nextafter(r.loss, 1)
	refuse(r, "final loss")
	r = fresh()
	r.model.bias[9] = float32(math.Copysign(0, -1))
	refuse(r, "parameter 7849")
}

// TestGradient compares the gradient with differences of the loss.
func TestGradient(t *testing.T) {
	d := drawDigits(6, 3)
	rng := rand.New(rand.NewPCG(1, 1))
	m := newModel()
	for i := range m.all {
		m.all[i] = float32(rng.NormFloat64()) / 16
	}
	indices := []int{4, 0, 3, 5}
	b := micro{newModel(), make([]float32, len(indices)*classes)}
	const weight = 0.25
	loss := func() float64 { return b.gradient(m, d, indices, weight) * weight }
	loss()
	grad := append([]float32(nil), b.grad.all...)
	for _, i := range []int{400, 784 + 300, 5*784 + 410, 9*784 + 500, 7840, 7845, 7849} {
		const h = 1.0 / 64
		m.all[i] += h
		up := loss()
		m.all[i] -= 2 * h
		down := loss()
		m.all[i] += h
		want := (up - down) / (2 * h)
		if got := float64(grad[i]); math.Abs(got-want) > 1e-4 {
			t.Errorf("gradient %d is %v, want %v", i, got, want)
		}
	}
	// No images, no gradient, and nothing left of the last one.
	if l := b.gradient(m, d, nil, weight); l != 0 {
		t.Errorf("loss of no images is %v", l)
	}
	for i, g := range b.grad.all {
		if g != 0 {
			t.Fatalf("gradient %d of no images is %v", i, g)
		}
	}
}

func TestSoftmax(t *testing.T) {
	prob, loss := softmax([classes]float64{1000, 999, -5000}, 1)
	p := math.Exp(-1) / (1 + math.Exp(-1))
	if math.Abs(prob[1]-p) > 1e-15 || math.Abs(loss+math.Log(p)) > 1e-14 || prob[2] != 0 {
		t.Errorf("probabilities %v, loss %v", prob, loss)
	}
	if prob, loss := softmax([classes]float64{5: 1000}, 5); prob[5] != 1 || loss != 0 {
		t.Errorf("a certain class: probabilities %v, loss %v", prob, loss)
	}
	if _, loss := softmax([classes]float64{0, -1e30}, 1); loss != 1e30 {
		t.Errorf("loss of an impossible class is %v", loss)
	}
	if _, loss := softmax([classes]float64{math.NaN()}, 1); !math.IsNaN(loss) {
		t.Errorf("loss of a NaN is %v", loss)
	}
}

func TestExpLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 100000 {
		x := -math.Exp(10*rng.Float64() - 4) // -0.02 to -400
		if got, want := exp(x), math.Exp(x); !(math.Abs(got-want) <= 1e-15*want) {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		x = math.Exp(3 * rng.Float64())
		if got, want := log(x), math.Log(x); !(math.Abs(got-want) <= 1e-15*want) {
			t.Fatalf("log(%v) = %v, want %v", x, got, want)
		}
	}
	if exp(0) != 1 || exp(-1000) != 0 || exp(math.Inf(-1)) != 0 || log(1) != 0 {
		t.Error(exp(0), exp(-1000), exp(math.Inf(-1)), log(1))
	}
}

// TestDrawing: a seed's images are the same everywhere.
func TestDrawing(t *testing.T) {
	sum := func(seed uint64) uint64 {
		d := drawDigits(500, seed)
		h := fnv.New64a()
		binary.Write(h, binary.LittleEndian, d.images)
		h.Write(d.labels)
		return h.Sum64()
	}
	if got, want := sum(1), uint64(0x44b6766dac98fc7e); got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
	if sum(1) == sum(2) {
		t.Error("two seeds draw the same digits")
	}
}
