package regular_test

import (
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
)

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(text string) {
		t.Helper()
		f, err := regular.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("many bytes ", 1<<16)
	for _, text := range []string{"", long, "few"} {
		write(text)
		got, err := regular.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != text {
			t.Errorf("read %d bytes, want %d", len(got), len(text))
		}
	}
	link := path + ".link"
	if err := os.Symlink(path, link); err == nil {
		if got, err := regular.ReadFile(link); err != nil || string(got) != "few" {
			t.Errorf("through a link: %q, %v", got, err)
		}
	}
	if _, err := regular.Open(path + ".none"); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestRefused: what is no regular file is refused at once, by name, with and
// without the look before it is opened.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	refused := func(path, kind string, opens ...func(string) (*os.File, error)) {
		t.Helper()
		for _, open := range opens {
			err := regulartest.AtOnce(t, func() error {
				f, err := open(path)
				if err == nil {
					f.Close()
				}
				return err
			})
			switch {
			case err == nil:
				t.Errorf("%s was opened", path)
			case !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), kind):
				t.Errorf("error %q does not contain %s and %q", err, path, kind)
			}
		}
	}
	refused(dir, "is a directory, want a regular file", regular.Open, regular.Create, regular.OpenAndCheck)
	pipe := filepath.Join(dir, "pipe")
	t.Run("pipe", func(t *testing.T) {
		regulartest.Pipe(t, pipe)
		refused(pipe, "is a named pipe, want a regular file", regular.Open, regular.Create)
		link := filepath.Join(dir, "link")
		if err := os.Symlink(pipe, link); err != nil {
			t.Fatal(err)
		}
		refused(link, "is a named pipe, want a regular file", regular.Open, regular.Create)
		if runtime.GOOS != "windows" { // which has no opening without waiting
			refused(pipe, "is a named pipe, want a regular file", regular.OpenAndCheck)
			// With a reader at the other end, and without.
			refused(pipe, pipe, regular.CreateAndCheck)
			reader, err := os.OpenFile(pipe, os.O_RDONLY|regular.Nonblock, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			refused(pipe, "is a named pipe, want a regular file", regular.CreateAndCheck)
		}
	})
	t.Run("device", func(t *testing.T) {
		for _, device := range []string{"/dev/null", "/dev/zero", "/dev/tty"} {
			if info, err := os.Stat(device); err != nil || info.Mode()&fs.ModeDevice == 0 {
				t.Skipf("no %s here", device)
			}
			refused(device, "is a device, want a regular file", regular.Open, regular.Create)
		}
		refused("/dev/zero", "is a device, want a regular file", regular.OpenAndCheck)
	})
	t.Run("socket", func(t *testing.T) {
		socket := filepath.Join(dir, "socket")
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Skip(err)
		}
		defer l.Close()
		if info, err := os.Stat(socket); err != nil || info.Mode()&fs.ModeSocket == 0 {
			t.Skip("sockets are no files here")
		}
		refused(socket, "is a socket, want a regular file", regular.Open, regular.Create)
	})
}

// opening matches the calls that open a file by name.
var opening = regexp.MustCompile(`\bos\.(Open|OpenFile|OpenInRoot|OpenRoot|DirFS|Create|ReadFile|WriteFile)\b`)

// others says where else in the module files are opened, and why they may be.
var others = map[string]string{
	"optim/checkpoint/regular/regular.go":  "this package",
	"optim/internal/files/files.go":        "a new file, and its directory",
	"examples/shared/demotest/demotest.go": "a new directory's files, for tests",
}

// TestOnlyHere: no other package opens files by itself.
func TestOnlyHere(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		// The generator and the kernels' tests open the module's own files, and no others.
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || name == "gen" || name == "fuzz" || name == "kernels") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		call := opening.FindString(string(text))
		if call == "" {
			return nil
		}
		found[name] = true
		if others[name] == "" {
			t.Errorf("%s calls %s: package regular does so without waiting for ever", name, call)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range others {
		if !found[name] {
			t.Errorf("%s opens no file any more", name)
		}
	}
}
