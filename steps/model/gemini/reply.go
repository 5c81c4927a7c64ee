package gemini

import (
	"encoding/json"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A reply is a GenerateContentResponse, as far as it is looked at.
type reply struct {
	Candidates []struct {
		Content struct {
			Parts []struct {
				Text    string `json:"text"`
				Thought bool   `json:"thought"`
			} `json:"parts"`
		} `json:"content"`
		FinishReason  string `json:"finishReason"`
		FinishMessage string `json:"finishMessage"`
	} `json:"candidates"`
	PromptFeedback struct {
		BlockReason        string `json:"blockReason"`
		BlockReasonMessage string `json:"blockReasonMessage"`
	} `json:"promptFeedback"`
	UsageMetadata struct {
		Prompt   number `json:"promptTokenCount"`
		ToolUse  number `json:"toolUsePromptTokenCount"`
		Answer   number `json:"candidatesTokenCount"`
		Thoughts number `json:"thoughtsTokenCount"`
		Cached   number `json:"cachedContentTokenCount"`
	} `json:"usageMetadata"`
	ModelVersion string `json:"modelVersion"`
}

func readReply(raw []byte) (r reply, err error) {
	err = json.Unmarshal(raw, &r)
	return r, err
}

// answer judges a reply. The usage is in the answer in any case: a refusal is billed too.
func (r reply) answer() (model.Answer, error) {
	u := r.UsageMetadata
	a := model.Answer{Usage: model.Usage{In: int(u.Prompt + u.ToolUse), Out: int(u.Answer), Thought: int(u.Thoughts), Cached: int(u.Cached)}}
	if len(r.Candidates) == 0 {
		return a, r.without()
	}
	said := r.Candidates[0]
	var text strings.Builder
	for _, p := range said.Content.Parts {
		if !p.Thought {
			text.WriteString(p.Text)
		}
	}
	a.Text, a.Finish = text.String(), said.FinishReason
	switch said.FinishReason {
	case "STOP":
		if strings.TrimSpace(a.Text) == "" {
			return a, &steps.Refusal{Reason: "empty", Detail: "the model ended its answer without any text"}
		}
	case "MAX_TOKENS", "CONTINUATION", "FINISH_REASON_UNSPECIFIED", "":
		// cut off: whoever asked sees it by Finish
	default:
		return a, &steps.Refusal{Reason: said.FinishReason, Detail: shorten(said.FinishMessage)}
	}
	return a, nil
}

// without says why there is no answer.
func (r reply) without() error {
	if why := r.PromptFeedback.BlockReason; why != "" {
		return &steps.Refusal{Reason: "prompt blocked", Detail: strings.TrimSuffix(why+": "+shorten(r.PromptFeedback.BlockReasonMessage), ": ")}
	}
	return &steps.Refusal{Reason: "empty", Detail: "the reply holds no answer"}
}
