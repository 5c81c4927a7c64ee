package main

import (
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/runner/store/blob/blobtest"
)

func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"sftrun": main, "s3server": serveS3})
}

// serveS3 is a service of S3 for tests, which keeps objects as files until its input ends: s3server BUCKET FOLDER.
func serveS3() {
	service := httptest.NewServer(&blobtest.S3{Shelf: blobtest.Shelf{Bucket: os.Args[1], Dir: os.Args[2]}})
	defer service.Close()
	fmt.Println(service.URL)
	io.Copy(io.Discard, os.Stdin)
}

// tidy gives tests a folder for the binaries that they build, and removes it.
type tidy struct{ *testing.M }

func (m tidy) Run() int {
	folder, err := os.MkdirTemp("", "sftrun-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	os.Setenv("TEST_PROGRAMS", folder)
	return m.M.Run()
}

// TestScripts runs the program as its users do. The scripts are stories of behaviours, one each.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			return os.CopyFS(filepath.Join(e.WorkDir, "examples"), os.DirFS(examples))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"hold": hold, "replace": replace, "await": await, "damage": damage, "share": share, "own": own, "forge": forge},
	})
}

// hold keeps the lock of a project until the script ends, as another apply would: hold FOLDER.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := runner.Acquire(filepath.Join(ts.MkAbs(args[0]), ".sftrun"))
	ts.Check(err)
	ts.Defer(func() { lock.Release() })
}

// share works with a store on behalf of a project until the script ends, as its apply would: share STORE PROJECT.
func share(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := runner.ShareStore(ts.MkAbs(args[0]), filepath.Join(ts.MkAbs(args[1]), ".sftrun"))
	ts.Check(err)
	ts.Defer(func() { lock.Release() })
}

// own has a store alone until the script ends, as a gc would: own STORE.
func own(ts *testscript.TestScript, _ bool, args []string) {
	lock, err := runner.OwnStore(ts.MkAbs(args[0]), "")
	ts.Check(err)
	ts.Defer(func() { lock.Release() })
}

// await waits until a file is there: await FILE.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s did not appear", args[0])
}

// forge FILE TEXT writes a text with a seal that fits it.
func forge(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.RemoveAll(ts.MkAbs(args[0]))) // what is in a store is read-only
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), store.Seal([]byte(args[1])), 0o644))
}

// damage alters a byte in the middle of every file in a folder: damage FOLDER.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) == 0 {
			return err
		}
		data[len(data)/2] ^= 1
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}))
}

// replace edits a file, in which the old text must stand: replace FILE OLD NEW.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	edited := strings.Replace(text, args[1], args[2], 1)
	if edited == text {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(edited), 0o644))
}
