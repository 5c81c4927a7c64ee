package geminitest

import (
	"net/http"
	"net/url"
	"strings"
)

// A Call is one of the things that a client can ask for. Two are no requests but what batch jobs do by themselves.
type Call string

// The calls.
const (
	Generate    Call = "generate"    // models/M:generateContent
	Embed       Call = "embed"       // batchEmbedContents, embedContent, predict
	CountTokens Call = "countTokens" //
	Models      Call = "models"      // get or list
	Upload      Call = "upload"      // the start of an upload
	Chunk       Call = "chunk"       // a piece of an upload
	GetFile     Call = "file"        //
	Download    Call = "download"    //
	ListFiles   Call = "listFiles"   //
	DeleteFile  Call = "deleteFile"  //
	Create      Call = "create"      // a batch job
	GetJob      Call = "job"         //
	ListJobs    Call = "listJobs"    //
	CancelJob   Call = "cancel"      //
	DeleteJob   Call = "deleteJob"   //
	PutObject   Call = "putObject"   // Cloud Storage
	GetObject   Call = "getObject"   //
	ListObjects Call = "listObjects" //
	Job         Call = "jobRun"      // the run of a batch job, as a whole
	Row         Call = "row"         // one request in a batch job
)

// asked is a request as its path tells it.
type asked struct {
	call    Call
	vertex  bool
	version string
	parent  string // "projects/P/locations/L", "" with a key
	model   string // without "models/"
	id      string // of a file, job, upload or object
	bucket  string
	verb    string // what follows the colon: "predict"
}

// route reads the path of a request.
func route(r *http.Request) (asked, bool) {
	path := strings.Trim(r.URL.EscapedPath(), "/")
	if rest, ok := strings.CutPrefix(path, "upload/storage/v1/b/"); ok {
		return storage(r, rest, true)
	}
	if rest, ok := strings.CutPrefix(path, "storage/v1/b/"); ok {
		return storage(r, rest, false)
	}
	if path == "upload/v1beta/files" {
		return uploading(r)
	}
	version, rest, _ := strings.Cut(path, "/")
	rest, err := url.PathUnescape(rest)
	if err != nil || version != "v1" && version != "v1beta" && version != "v1beta1" {
		return asked{}, false
	}
	if strings.HasPrefix(rest, "projects/") || strings.HasPrefix(rest, "publishers/") {
		return vertex(r, version, rest)
	}
	if version == "v1beta1" {
		return asked{}, false
	}
	return gemini(r, version, rest)
}

func uploading(r *http.Request) (asked, bool) {
	id := r.URL.Query().Get("upload_id")
	if id == "" {
		return asked{call: Upload}, r.Method == http.MethodPost
	}
	return asked{call: Chunk, id: id}, r.Method == http.MethodPost || r.Method == http.MethodPut
}

// gemini reads a path of the Gemini API.
func gemini(r *http.Request, version, rest string) (asked, bool) {
	a := asked{version: version}
	kind, name, _ := strings.Cut(rest, "/")
	name, a.verb, _ = strings.Cut(name, ":")
	switch kind {
	case "models":
		a.model = name
		a.call = modelCalls[r.Method+" "+a.verb]
	case "files":
		a.id = name
		a.call = fileCalls[shape3(r.Method, name != "", a.verb)]
	case "batches":
		a.id = name
		a.call = jobCalls[shape3(r.Method, name != "", a.verb)]
	}
	return a, a.call != "" && a.call != Create || kind == "models" && a.call == Create
}

// vertex reads a path of Vertex AI.
func vertex(r *http.Request, version, rest string) (asked, bool) {
	a := asked{vertex: true, version: version}
	if parts := strings.SplitN(rest, "/", 5); parts[0] == "projects" {
		if len(parts) < 5 || parts[2] != "locations" {
			return a, false
		}
		a.parent, rest = strings.Join(parts[:4], "/"), parts[4]
	}
	if name, ok := strings.CutPrefix(rest, "batchPredictionJobs"); ok {
		a.id, a.verb, _ = strings.Cut(strings.TrimPrefix(name, "/"), ":")
		a.call = jobCalls[shape3(r.Method, a.id != "", a.verb)]
		return a, a.call != "" && a.parent != ""
	}
	name, ok := strings.CutPrefix(rest, "publishers/google/models")
	a.model, a.verb, _ = strings.Cut(strings.TrimPrefix(name, "/"), ":")
	a.call = vertexCalls[r.Method+" "+a.verb]
	return a, ok && a.call != ""
}

func shape3(method string, named bool, verb string) string {
	if named {
		return method + " NAME " + verb
	}
	return method + "  " + verb
}

var (
	modelCalls = map[string]Call{
		"GET ": Models, "POST generateContent": Generate, "POST batchEmbedContents": Embed, "POST embedContent": Embed,
		"POST countTokens": CountTokens, "POST batchGenerateContent": Create, "POST asyncBatchEmbedContent": Create,
	}
	vertexCalls = map[string]Call{
		"GET ": Models, "POST generateContent": Generate, "POST predict": Embed, "POST embedContent": Embed,
		"POST countTokens": CountTokens,
	}
	fileCalls = map[string]Call{
		"GET  ": ListFiles, "GET NAME ": GetFile, "DELETE NAME ": DeleteFile, "GET NAME download": Download,
	}
	jobCalls = map[string]Call{
		"POST  ": Create, "GET  ": ListJobs, "GET NAME ": GetJob, "DELETE NAME ": DeleteJob, "POST NAME cancel": CancelJob,
	}
)

// storage reads a path of Cloud Storage: BUCKET/o or BUCKET/o/OBJECT, with %2F for the slashes of the object's name.
func storage(r *http.Request, rest string, upload bool) (asked, bool) {
	bucket, object, ok := strings.Cut(rest, "/")
	kind, name, _ := strings.Cut(object, "/")
	id, err := url.PathUnescape(name)
	a := asked{bucket: bucket, id: id}
	switch {
	case upload && (r.Method == http.MethodPost || r.Method == http.MethodPut):
		a.call = PutObject
	case !upload && r.Method == http.MethodGet && id == "":
		a.call = ListObjects
	case !upload && (r.Method == http.MethodGet || r.Method == http.MethodDelete) && id != "":
		a.call = GetObject
	}
	return a, ok && kind == "o" && err == nil && a.call != ""
}
