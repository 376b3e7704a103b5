package e2e

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// What all tests share: the page as the command serves it, and as one file, and a browser.
var (
	address    string // of the page, with / at its end
	singleFile string
	browser    context.Context
	foreign    requests // of the pages that went anywhere else
	proxy      string   // where those go
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		stop, err := start()
		defer stop()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// start builds the command, has it serve and write the page, and starts the browser.
func start() (stop func(), err error) {
	var ends []func()
	stop = func() {
		for i := range ends {
			ends[len(ends)-1-i]()
		}
	}
	dir, err := os.MkdirTemp("", "lab-e2e")
	if err != nil {
		return stop, err
	}
	ends = append(ends, func() { os.RemoveAll(dir) })
	lab := filepath.Join(dir, "lab")
	if out, err := exec.Command("go", "build", "-o", lab, "github.com/seed63264101/steepest/examples/lab").CombinedOutput(); err != nil {
		return stop, fmt.Errorf("the command: %w\n%s", err, out)
	}
	singleFile = filepath.Join(dir, "lab.html")
	if out, err := exec.Command(lab, "-single", singleFile).CombinedOutput(); err != nil {
		return stop, fmt.Errorf("-single: %w\n%s", err, out)
	}
	end, err := serve(lab)
	ends = append(ends, end)
	if err != nil {
		return stop, err
	}
	server := httptest.NewServer(&foreign)
	ends = append(ends, server.Close)
	proxy = server.URL
	end, err = launch()
	ends = append(ends, end)
	return stop, err
}

// serve starts the command, and waits until it serves.
func serve(lab string) (stop func(), err error) {
	cmd := exec.Command(lab, "-open=false")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return func() {}, err
	}
	stop = func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http://") {
			address = lines.Text()
		}
		if strings.HasPrefix(lines.Text(), "engine built") {
			return stop, nil
		}
	}
	return stop, fmt.Errorf("the command ends and serves nothing: %v", lines.Err())
}

// launch starts the browser.
func launch() (stop func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-features", "Translate,AutofillServerCommunication"), // nothing of the browser's own
		chromedp.Flag("enable-unsafe-swiftshader", true),                           // WebGL without a graphics card
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root cannot have
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	var cancel context.CancelFunc
	browser, cancel = chromedp.NewContext(allocator)
	return func() { cancel(); end() }, chromedp.Do(browser)
}

// requests is a proxy that answers nothing, and remembers what it was asked for.
type requests struct {
	mu   sync.Mutex
	list []string
}

func (r *requests) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	host, _, err := net.SplitHostPort(q.Host)
	if err != nil {
		host = q.Host
	}
	r.list = append(r.list, q.Method+" "+host)
	http.Error(w, "nothing is fetched from anywhere", http.StatusForbidden)
}

// take returns the requests since the last call.
func (r *requests) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}
