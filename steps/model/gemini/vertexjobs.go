package gemini

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// parent is what stands before the names of a project's jobs.
func (c *Client) parent() string {
	return "projects/" + url.PathEscape(c.opt.Project) + "/locations/" + url.PathEscape(c.opt.Location)
}

// outputPlace is the folder for the answers of a job. No two jobs share it, as display names are unique, so that it may
// be looked through as a whole.
func (c *Client) outputPlace(displayName string) string {
	return strings.TrimRight(c.opt.Bucket, "/") + "/" + displayName + "-answers"
}

func (c *Client) createVertex(ctx context.Context, model, displayName, file string) (Job, error) {
	return c.job(ctx, http.MethodPost, c.parent()+"/batchPredictionJobs", map[string]any{
		"displayName":  displayName,
		"model":        "publishers/google/models/" + baseName(model),
		"inputConfig":  map[string]any{"instancesFormat": "jsonl", "gcsSource": map[string]any{"uris": []string{file}}},
		"outputConfig": map[string]any{"predictionsFormat": "jsonl", "gcsDestination": map[string]any{"outputUriPrefix": c.outputPlace(displayName)}},
	})
}

// A vertexJob is a batchPredictionJob.
type vertexJob struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Model       string `json:"model"`
	State       string `json:"state"`
	CreateTime  string `json:"createTime"`
	EndTime     string `json:"endTime"`
	InputConfig struct {
		GCSSource struct {
			URIs []string `json:"uris"`
		} `json:"gcsSource"`
	} `json:"inputConfig"`
	OutputConfig struct {
		GCSDestination struct {
			Prefix string `json:"outputUriPrefix"`
		} `json:"gcsDestination"`
	} `json:"outputConfig"`
	OutputInfo struct {
		Folder string `json:"gcsOutputDirectory"`
	} `json:"outputInfo"`
	CompletionStats struct {
		Succeeded  number `json:"successfulCount"`
		Failed     number `json:"failedCount"`
		Incomplete number `json:"incompleteCount"`
	} `json:"completionStats"`
	Error *serviceStatus `json:"error"`
}

func (c *Client) readVertexJob(raw []byte) (Job, error) {
	var v vertexJob
	if err := json.Unmarshal(raw, &v); err != nil {
		return Job{}, c.unreadable(err.Error())
	}
	if !strings.Contains(v.Name, "batchPredictionJobs/") {
		return Job{}, c.unreadable("the reply names no job")
	}
	s := v.CompletionStats
	j := Job{
		Name: v.Name, DisplayName: v.DisplayName, Model: baseName(v.Model), State: stateOf(v.State), Created: timeOf(v.CreateTime), Ended: timeOf(v.EndTime),
		Stats:   Stats{int(s.Succeeded + s.Failed + s.Incomplete), int(s.Succeeded), int(s.Failed), int(s.Incomplete)},
		Trouble: c.trouble(v.Error), Output: v.OutputInfo.Folder, Raw: raw,
	}
	if uris := v.InputConfig.GCSSource.URIs; len(uris) > 0 {
		j.Input = uris[0]
	}
	if j.State.Terminal() && j.State != Succeeded { // it hands out what was done, though it may not say where
		j.Output = cmp.Or(j.Output, v.OutputConfig.GCSDestination.Prefix)
	}
	return j, nil
}
