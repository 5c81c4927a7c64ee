package cli

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"time"
)

// gitPatience is how long git may take. What it says is worth knowing, and worth no waiting.
const gitPatience = 300 * time.Millisecond

// gitState names the commit of a folder, and says whether files differ from it: "3f2a91c", "3f2a91c, edited". It is
// "" outside a repository, before the first commit, without git, and where git takes long.
func gitState(ctx context.Context, folder string, files []string) string {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	args := append([]string{"-C", folder, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=all", "--"}, files...)
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if err != nil {
		return ""
	}
	commit, edited := "", false
	for line := range bytes.Lines(out) {
		if rest, ok := bytes.CutPrefix(line, []byte("# branch.oid ")); ok {
			commit = strings.TrimSpace(string(rest))
		} else if line[0] != '#' {
			edited = true
		}
	}
	if len(commit) < 7 || commit == "(initial)" {
		return ""
	}
	if edited {
		return commit[:7] + ", edited"
	}
	return commit[:7]
}
