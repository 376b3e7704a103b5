package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/seed63264101/steepest/examples/lab/tour"
)

var pictures = flag.String("pictures", "", "`directory` for pictures of every panel and preset, to be looked at")

// TestPictures has pictures of every panel and every preset, in light and dark and on a phone,
// for people to look at. It fails where one is empty.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no -pictures")
	}
	if err := os.MkdirAll(*pictures, 0o777); err != nil {
		t.Fatal(err)
	}
	names, queries := []string{}, perTab()
	for i := range queries {
		names = append(names, fmt.Sprintf("tab%d", i))
	}
	for _, preset := range tour.Presets() {
		names = append(names, preset.ID)
		queries = append(queries, preset.Query+"&tab="+preset.Tab)
	}
	for _, look := range []string{"light", "dark", "phone"} {
		p := open(t)
		theme := look
		if look == "phone" {
			theme = "light"
			p.phone()
		}
		p.load(address, "")
		for i, query := range queries {
			p.reset(query + "&theme=" + theme)
			p.settle()
			shot, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
			p.must(err)
			if len(shot) < 20000 {
				t.Errorf("%s, %s: %d bytes", query, look, len(shot))
			}
			p.must(os.WriteFile(filepath.Join(*pictures, names[i]+"-"+look+".png"), shot, 0o666))
		}
	}
}
