{{- define "proxy.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "proxy.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "proxy.metadata" -}}
name: {{ include "proxy.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "proxy.selector" . | nindent 2 }}
  app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* The configuration file: what the values say, on the port of the container. */ -}}
{{- define "proxy.config" -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) (dict "server" (dict "port" 8000))) }}
{{- end }}

{{- define "proxy.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* preStop, drain delay, drain, and five seconds of grace. The default of server.drain_timeout_ms is 30 s. */ -}}
{{- define "proxy.gracePeriod" -}}
{{- $delayMs := dig "server" "drain_delay_ms" 0 .Values.config -}}
{{- $drainMs := dig "server" "drain_timeout_ms" 30000 .Values.config -}}
{{- add .Values.preStopSeconds (div (add (int $delayMs) (int $drainMs)) 1000) 5 -}}
{{- end }}
