package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os/exec"
	"path"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// types are the files' content types. The system's table may lack them, or have others.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".md": "text/plain; charset=utf-8", ".wasm": "application/wasm", "": "text/plain; charset=utf-8",
}

// serve serves the page until the context ends.
func serve(ctx context.Context, addr string, open bool, w io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("-addr %s: %w", addr, err)
	}
	defer l.Close()
	url := "http://" + reachable(l.Addr()) + "/"
	fmt.Fprintf(w, "%s\n", url)
	e, err := buildEngine()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "engine built, %.1f MB; Ctrl-C ends\n", float64(len(e.wasm))/1e6)
	if open {
		openBrowser(url)
	}
	server := &http.Server{Handler: newHandler(newSite(e)), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// reachable returns the address at which this machine's browser finds a listener: one at all of
// the machine's addresses has none of its own.
func reachable(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return a.String()
}

// openBrowser opens a page where that is possible. Its address was printed for where it is not.
func openBrowser(url string) {
	command := map[string][]string{
		"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	cmd := exec.Command(command[0], append(command[1:], url)...)
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}

// A handler serves a site.
type handler map[string]file

type file struct {
	plain, packed []byte // as they are, and by gzip
	tag           string
}

func newHandler(s site) handler {
	h := handler{}
	for name, data := range s {
		h["/"+name] = file{data, pack(data), fmt.Sprintf("%x", sha256.Sum256(data))[:32]}
	}
	h["/"] = h["/index.html"]
	return h
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := h[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
		return
	}
	name := path.Base(r.URL.Path)
	if r.URL.Path == "/" {
		name = "index.html"
	}
	header := w.Header()
	header.Set("Content-Type", contentType(name))
	header.Set("Cache-Control", "no-cache") // the next build may differ
	header.Set("Vary", "Accept-Encoding")
	header.Set("X-Content-Type-Options", "nosniff")
	data, tag := f.plain, f.tag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		data, tag = f.packed, f.tag+"-gzip"
	}
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func contentType(name string) string {
	if t, ok := types[path.Ext(name)]; ok {
		return t
	}
	return mime.TypeByExtension(path.Ext(name))
}
