package geminitest

import "slices"

// A Fault is one way in which the service fails, or a model.
type Fault string

// Faults of a whole request. They can hit any call but Job and Row.
const (
	QuotaMinute Fault = "quotaMinute" // 429 with RetryInfo (Rule.Wait, 30 s if 0)
	QuotaPlain  Fault = "quotaPlain"  // 429 without
	QuotaDay    Fault = "quotaDay"    // 429 with the id of a per-day quota, and a useless RetryInfo of seconds, as the service sends it
	Internal    Fault = "internal"    // 500
	Unavailable Fault = "unavailable" // 503
	HTMLError   Fault = "html"        // 503 as a page of HTML
	Deadline    Fault = "deadline"    // 504
	BadKey      Fault = "badKey"      // 400: the API key is not valid
	ExpiredKey  Fault = "expiredKey"  // 400: the API key has expired
	Denied      Fault = "denied"      // 403
	NotFound    Fault = "notFound"    // 404
	Refused     Fault = "refused"     // 400; for an upload: the media type is not supported
	Reset       Fault = "reset"       // the connection is reset before anything was done
	LoseReply   Fault = "loseReply"   // all is done and billed, then the connection is reset
	CutBody     Fault = "cutBody"     // all is done and billed; the body ends early, against its Content-Length
	Garbage     Fault = "garbage"     // all is done and billed; the body is not JSON
	Slow        Fault = "slow"        // answered after Rule.Wait (1 s if 0) of real time
	Stalled     Fault = "stalled"     // never answered; nothing is done
)

// Faults of what a model says, in Generate and Row. All are billed.
const (
	Safety        Fault = "SAFETY" // a finish reason without text; so are the next ones
	Recitation    Fault = "RECITATION"
	Prohibited    Fault = "PROHIBITED_CONTENT"
	Language      Fault = "LANGUAGE"
	Blocklist     Fault = "BLOCKLIST"
	SPII          Fault = "SPII"
	Other         Fault = "OTHER"
	MaxTokens     Fault = "MAX_TOKENS"    // the text breaks off in the middle
	AllThought    Fault = "allThought"    // MAX_TOKENS without text: thinking took all tokens
	Continuation  Fault = "CONTINUATION"  // half of the text, and a token to ask for the rest with
	Blocked       Fault = "blocked"       // promptFeedback and no candidates; only the prompt is billed
	Empty         Fault = "empty"         // STOP, and a part without text
	NoContent     Fault = "noContent"     // STOP, and no content
	NoCandidates  Fault = "noCandidates"  // neither candidates nor promptFeedback
	NoFinish      Fault = "noFinish"      // half of the text, without a finish reason
	NoUsage       Fault = "noUsage"       // no usageMetadata
	ThoughtParts  Fault = "thoughtParts"  // thoughts stand among the parts
	Fenced        Fault = "fenced"        // the text is in a code fence, after a line of chat
	Nested        Fault = "nested"        // sections within sections
	Unclosed      Fault = "unclosed"      // the last tag is missing
	WordsLost     Fault = "wordsLost"     // every fifth word is missing
	OtherText     Fault = "otherText"     // the answer to something else
	CountMismatch Fault = "countMismatch" // Embed: one vector too few
)

// Faults of single requests in a batch job: calls Row. An answer that is billed and does not arrive counts as lost.
const (
	RowError   Fault = "rowError"   // an error with Rule.Code (13 if 0), not billed
	RowStatus  Fault = "rowStatus"  // the same, in a field "status", as some documents have it
	MissingRow Fault = "missingRow" // no line at all
	TwiceRow   Fault = "twiceRow"   // two equal lines
	UnknownKey Fault = "unknownKey" // under a key that nobody asked for
	NoKey      Fault = "noKey"      // without a key
	Swapped    Fault = "swapped"    // under each other's keys, with the next one that is to be swapped
	BadLine    Fault = "badLine"    // a line that is not JSON
)

// Faults of the run of a batch job: call Job.
const (
	StuckPending Fault = "stuckPending" // until it expires
	StuckRunning Fault = "stuckRunning" // until it expires
	Expired      Fault = "expired"      // instead of succeeding; half of the requests are answered
	Failed       Fault = "failed"       // with an error and without output; nothing is billed
	FailedHalf   Fault = "failedHalf"   // half of the requests are answered
	Cancelled    Fault = "cancelled"    // by nobody known; half of the requests are answered
	Partly       Fault = "partly"       // PARTIALLY_SUCCEEDED; half of the requests are answered
	AllRowsFail  Fault = "allRowsFail"  // SUCCEEDED, and each row is an error with Rule.Code (13 if 0)
	HalfRowsFail Fault = "halfRowsFail" // SUCCEEDED, and every other row is one
	LateOutput   Fault = "lateOutput"   // SUCCEEDED, and the output appears Rule.Wait (1 min if 0) later
	NoOutput     Fault = "noOutput"     // SUCCEEDED, and no output ever
	LostOutput   Fault = "lostOutput"   // SUCCEEDED, and the file named cannot be had
	ShortOutput  Fault = "shortOutput"  // the output ends in the middle of a line, and says nothing of it
	CRLF         Fault = "crlf"         // lines end in CR LF
	Shuffled     Fault = "shuffled"     // lines in another order
	NoMetadata   Fault = "noMetadata"   // inline responses without their metadata
	Hidden       Fault = "hidden"       // the job is missing from listings
)

// NoFile is a fault of Chunk: the upload ends with 200 and without a file.
const NoFile Fault = "noFile"

// None is no fault, to let a request pass before others.
const None Fault = ""

var (
	ofRequests = []Fault{QuotaMinute, QuotaPlain, QuotaDay, Internal, Unavailable, HTMLError, Deadline, BadKey, ExpiredKey, Denied,
		NotFound, Refused, Reset, LoseReply, CutBody, Garbage, Slow, Stalled}
	ofAnswers = []Fault{Safety, Recitation, Prohibited, Language, Blocklist, SPII, Other, MaxTokens, AllThought, Continuation, Blocked,
		Empty, NoContent, NoCandidates, NoFinish, NoUsage, ThoughtParts, Fenced, Nested, Unclosed, WordsLost, OtherText}
	ofRows = []Fault{RowError, RowStatus, MissingRow, TwiceRow, UnknownKey, NoKey, Swapped, BadLine}
	ofJobs = []Fault{StuckPending, StuckRunning, Expired, Failed, FailedHalf, Cancelled, Partly, AllRowsFail, HalfRowsFail, LateOutput,
		NoOutput, LostOutput, ShortOutput, CRLF, Shuffled, NoMetadata, Hidden}
)

// FaultsOf lists what can go wrong in a call.
func FaultsOf(c Call) []Fault {
	switch c {
	case Generate:
		return slices.Concat(ofRequests, ofAnswers)
	case Row:
		return slices.Concat(ofRows, ofAnswers)
	case Job:
		return slices.Clone(ofJobs)
	case Embed:
		return append(slices.Clone(ofRequests), CountMismatch)
	case Chunk:
		return append(slices.Clone(ofRequests), NoFile)
	}
	return slices.Clone(ofRequests)
}

// Calls lists all calls.
func Calls() []Call {
	return []Call{Generate, Embed, CountTokens, Models, Upload, Chunk, GetFile, Download, ListFiles, DeleteFile, Create, GetJob,
		ListJobs, CancelJob, DeleteJob, PutObject, GetObject, ListObjects, Job, Row}
}
