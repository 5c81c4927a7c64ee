package schema

import (
	"fmt"
	"path/filepath"
)

// checkPublished reports files that would lie outside the output folder, and files that two steps would write.
func (c *checker) checkPublished(p *Pipeline) {
	owner := map[string]string{}
	for _, s := range p.Steps {
		if s.Publish == "" {
			continue
		}
		path := []string{"steps", s.Name, "publish"}
		if !filepath.IsLocal(filepath.FromSlash(s.Publish)) {
			c.report(path, fmt.Sprintf("%q is outside the output folder; write a file name", s.Publish))
		}
		file := filepath.Clean(s.Publish)
		if other, taken := owner[file]; taken {
			c.report(path, fmt.Sprintf("%q is already what %s publishes; give one of them another name with publish: \"…\"", s.Publish, other))
		}
		owner[file] = s.Name
	}
}
