package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestHandler: each file comes with its type, as it is or packed, and not again if it is known.
func TestHandler(t *testing.T) {
	s := newSite(&engine{wasm: []byte("\x00asm"), glue: []byte("glue")})
	h := newHandler(s)
	ask := func(method, path string, header ...string) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	body := func(r io.Reader) []byte {
		data, err := io.ReadAll(r)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	for _, name := range s.names() {
		plain := ask("GET", "/"+name)
		if data := body(plain.Body); plain.StatusCode != 200 || !bytes.Equal(data, s[name]) {
			t.Errorf("%s: status %d, %d bytes of %d", name, plain.StatusCode, len(data), len(s[name]))
		}
		packed := ask("GET", "/"+name, "Accept-Encoding", "br, gzip")
		z, err := gzip.NewReader(packed.Body)
		if err != nil || packed.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not packed: %v", name, err)
		} else if !bytes.Equal(body(z), s[name]) {
			t.Errorf("%s is packed wrongly", name)
		}
		if tag := plain.Header.Get("ETag"); tag == packed.Header.Get("ETag") || ask("GET", "/"+name, "If-None-Match", tag).StatusCode != 304 {
			t.Errorf("%s comes again", name)
		}
	}
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/index.html": "text/html; charset=utf-8", "/lab.wasm": "application/wasm",
		"/js/lab.js": "text/javascript; charset=utf-8", "/style.css": "text/css; charset=utf-8",
	} {
		if got := ask("GET", path).Header.Get("Content-Type"); got != want {
			t.Errorf("%s has type %s, want %s", path, got, want)
		}
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/missing", 404}, {"GET", "/js/", 404}, {"POST", "/", 405}, {"HEAD", "/", 200}} {
		if got := ask(c.method, c.path).StatusCode; got != c.want {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, got, c.want)
		}
	}
}

// TestReachable: what a browser is sent to.
func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "0.0.0.0:81": "localhost:81", "[::]:82": "localhost:82",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s is reached at %s, want %s", addr, got, want)
		}
	}
}

// TestServe: the address comes first, the page is there, and the end of the context ends it.
func TestServe(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the engine")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	end := make(chan error)
	go func() {
		err := serve(ctx, "127.0.0.1:0", false, in)
		in.Close()
		end <- err
	}()
	read := func() string {
		line := make([]byte, 200)
		n, err := out.Read(line)
		if err != nil {
			t.Fatal(err, <-end)
		}
		return strings.TrimSpace(string(line[:n]))
	}
	url := read()
	if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/$`).MatchString(url) {
		t.Fatalf("the first line is %q", url)
	}
	if line := read(); !strings.HasPrefix(line, "engine built") {
		t.Errorf("the second line is %q", line)
	}
	r, err := http.Get(url + wasmFile)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if data, err := io.ReadAll(r.Body); err != nil || !bytes.HasPrefix(data, []byte("\x00asm")) {
		t.Errorf("%d bytes that are no WebAssembly, error %v", len(data), err)
	}
	cancel()
	if err := <-end; err != nil {
		t.Error(err)
	}
}
