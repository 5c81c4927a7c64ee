//go:build unix

package cli

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// freeSpace is the number of bytes that may still be written where a folder lies or will lie.
func freeSpace(folder string) (bytes int64, ok bool) {
	var fs unix.Statfs_t
	for unix.Statfs(folder, &fs) != nil {
		parent := filepath.Dir(folder)
		if parent == folder {
			return 0, false
		}
		folder = parent
	}
	return int64(fs.Bavail) * int64(fs.Bsize), true
}
