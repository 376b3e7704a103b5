package e2e

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	"image/gif"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	devtools "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

const exported = "f=himmelblau&steps=30&run=SGD(LR=0.01)&run=Adam(LR=0.1,Schedule=Cosine(TMax=30))"

// TestExports takes away what there is to take away, and reads it as others would.
func TestExports(t *testing.T) {
	p := open(t)
	dir := t.TempDir()
	_, err := chromedp.CallBrowser(p.ctx, devtools.SetDownloadBehavior, devtools.SetDownloadBehaviorParams{
		Behavior: devtools.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID, DownloadPath: dir,
	})
	p.must(err)
	p.load(address, exported+"&tab=take")
	p.until("the program", `document.getElementById("program").textContent`)
	// saved presses a button, and returns the file that it saves.
	saved := func(button, name string) []byte {
		t.Helper()
		p.press(button)
		var data []byte
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			if data, err = os.ReadFile(filepath.Join(dir, name)); err == nil && len(data) > 0 {
				return data
			}
			if time.Now().After(end) {
				t.Fatalf("%s saves no %s", button, name)
			}
		}
	}
	race := raceOf(t, exported)
	t.Run("Program", func(t *testing.T) {
		saved("#save-program", "main.go")
		if text := property[string](p, "#program", "textContent"); !strings.Contains(text, exported) {
			t.Errorf("the program does not say what it repeats:\n%s", text)
		}
		cmd := exec.Command("go", "run", filepath.Join(dir, "main.go"))
		cmd.Dir = filepath.Join("..", "..", "..") // in the module that it needs
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), race.Hash) {
			t.Errorf("the program prints, error %v, want %s at the end:\n%s", err, race.Hash, out)
		}
		p.in(t).same("#hash", race.Hash)
	})
	t.Run("CSV", func(t *testing.T) { checkCSV(t, saved("#save-csv", "himmelblau.csv")) })
	t.Run("SVG", func(t *testing.T) { checkSVG(t, saved("#save-svg", "himmelblau.svg"), race) })
	t.Run("PNG", func(t *testing.T) {
		m, err := png.Decode(bytes.NewReader(saved("#save-png", "himmelblau.png")))
		if err != nil {
			t.Fatal(err)
		}
		size := eval[image.Point](p, `() => { const c = document.getElementById("picture"); return { X: c.width, Y: c.height }; }`)
		if m.Bounds().Size() != size {
			t.Errorf("%v pixels, of %v on the page", m.Bounds().Size(), size)
		}
		if n := colours(m); n < 50 {
			t.Errorf("%d colours", n)
		}
	})
	t.Run("GIF", func(t *testing.T) {
		g, err := gif.DecodeAll(bytes.NewReader(saved("#save-gif", "himmelblau.gif")))
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Image) != race.Steps+1 {
			t.Errorf("%d pictures of %d steps", len(g.Image), race.Steps)
		}
		if n := colours(g.Image[0]); n < 50 {
			t.Errorf("%d colours", n)
		}
		for i, m := range g.Image[1:] {
			if bytes.Equal(m.Pix, g.Image[i].Pix) {
				t.Errorf("picture %d is like the one before", i+1)
			}
		}
	})
	t.Run("Link", func(t *testing.T) {
		p := p.in(t)
		if got, want := property[string](p, "#link", "value"), address+"#"+canonical(t, exported+"&tab=take"); got != want {
			t.Errorf("the link is %s, want %s", got, want)
		}
		src := regexp.MustCompile(`src="([^"]*)"`).FindStringSubmatch(property[string](p, "#embed-code", "value"))
		if src == nil {
			t.Fatal("nothing to embed")
		}
		at, query, _ := strings.Cut(strings.ReplaceAll(src[1], "&amp;", "&"), "#")
		other := open(t)
		other.load(at, query)
		if other.agrees(exported + "&embed=1"); other.text("#controls") != "" {
			t.Error("the embedded page has controls")
		}
	})
}

// checkCSV compares each number with the engine's.
func checkCSV(t *testing.T, data []byte) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := native.Call("race", exported, "")
	row := 1
	for i, run := range raceOf(t, exported).Runs {
		for k := range r.Array("x/" + strconv.Itoa(i)) {
			if row == len(rows) {
				t.Fatalf("%d rows, want more", len(rows))
			}
			if rows[row][0] != strconv.Itoa(k) || rows[row][1] != run.Label {
				t.Errorf("row %d is %q, want step %d of %s", row, rows[row], k, run.Label)
			}
			for c, name := range []string{"x", "y", "loss", "norm"} {
				got, err := strconv.ParseFloat(rows[row][c+2], 64)
				want := r.Array(name + "/" + strconv.Itoa(i))[k]
				if err != nil || float32(got) != float32(want) {
					t.Errorf("row %d has %s of %q, want %v", row, name, rows[row], want)
				}
			}
			row++
		}
	}
	if row != len(rows) {
		t.Errorf("%d rows, want %d", len(rows), row)
	}
}

// checkSVG: it is well-formed, draws something for each run, and needs nothing of elsewhere.
func checkSVG(t *testing.T, data []byte, r race) {
	d := xml.NewDecoder(bytes.NewReader(data))
	count := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if len(count) == 0 && (e.Name.Local != "svg" || e.Name.Space != "http://www.w3.org/2000/svg") {
			t.Errorf("begins with %v", e.Name)
		}
		count[e.Name.Local]++
		for _, a := range e.Attr {
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:") && !strings.HasPrefix(a.Value, "#") {
				t.Errorf("leads to %s", a.Value)
			}
		}
	}
	if lines := count["path"] + count["polyline"] + count["line"]; lines < len(r.Runs)+10 || count["text"] < 8 {
		t.Errorf("elements: %v", count)
	}
}

func colours(m image.Image) int {
	seen := map[any]bool{}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			seen[m.At(x, y)] = true
		}
	}
	return len(seen)
}
