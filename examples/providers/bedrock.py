"""Amazon Bedrock: ConverseStream, for every model that it has."""

import boto3
from models import Recipe

from partway import stream

response = boto3.client("bedrock-runtime").converse_stream(
    modelId="eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    messages=[{"role": "user", "content": [{"text": "A recipe for pancakes, as JSON."}]}],
)
run = stream(response["stream"], Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason, run.usage["totalTokens"])
