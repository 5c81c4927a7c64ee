package runner

import (
	"io/fs"
	"syscall"
)

// stampOf a file, without its digest.
func stampOf(info fs.FileInfo) stamp {
	s := stamp{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Inode = sys.Ino
		s.Change = sys.Ctim.Nano()
	}
	return s
}
