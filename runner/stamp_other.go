//go:build !unix

package runner

import "io/fs"

// stampOf a file, without its digest. There is no inode here to tell a file from one put in its place.
func stampOf(info fs.FileInfo) stamp {
	return stamp{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
}
