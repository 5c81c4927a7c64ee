package parquet_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// What is wrong with a file is told in the error, and not by whoever decodes it: a process that reads damaged files
// writes nothing to its stderr.
func TestDamageIsToldInErrorsOnly(t *testing.T) {
	const child = "READ_DAMAGED_FILES"
	if os.Getenv(child) != "" {
		for _, name := range []string{"nested-none-v1.parquet", "nested-none-v2.parquet", "nested-brotli-v1.parquet"} {
			data := file(t, name)
			for at := 0; at < len(data); at += 1 + len(data)/300 {
				data[at] ^= 0x80
				readStart(data)
				data[at] ^= 0x80
			}
		}
		return
	}
	if testing.Short() {
		t.Skip("reads thousands of damaged files")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), child+"=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Errorf("%v: it said %.2000s", err, said.String())
	}
}
