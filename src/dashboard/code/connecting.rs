//! What is installed, and how an app gets to the server.

use super::{App, Language};

pub(super) fn install(language: Language) -> &'static str {
    match language {
        Language::JavaScript => "npm install @openfeature/web-sdk @openfeature/ofrep-web-provider",
        Language::Node => "npm install @openfeature/server-sdk @openfeature/ofrep-provider",
        Language::Python => "pip install openfeature-sdk openfeature-provider-ofrep",
        Language::Swift => {
            "// Package.swift; the products are OFREP and OpenFeature
.package(url: \"https://github.com/go-feature-flag/openfeature-swift-provider.git\", from: \"0.1.0\"),
.package(url: \"https://github.com/open-feature/swift-sdk.git\", from: \"0.3.0\")"
        }
        Language::Kotlin => {
            "implementation(\"dev.openfeature.kotlin.contrib.providers:ofrep:0.1.0\")"
        }
        Language::Go => {
            "go get github.com/open-feature/go-sdk github.com/open-feature/go-sdk-contrib/providers/ofrep"
        }
        Language::Java => {
            "implementation 'dev.openfeature:sdk:1.+'
implementation 'dev.openfeature.contrib.providers:ofrep:0.0.2'"
        }
        Language::DotNet => "dotnet add package OpenFeature.Providers.Ofrep",
        Language::Ruby => "gem install openfeature-sdk openfeature-ofrep-provider",
        Language::Curl => "",
    }
}

pub(super) fn connect(language: Language, app: &App) -> String {
    match language {
        Language::JavaScript => javascript(app),
        Language::Node => node(app),
        Language::Python => python(app),
        Language::Swift => swift(app),
        Language::Kotlin => kotlin(app),
        Language::Go => go(app),
        Language::Java => java(app),
        Language::DotNet => dot_net(app),
        Language::Ruby => ruby(app),
        Language::Curl => String::new(),
    }
}

fn javascript(App { address, client_key }: &App) -> String {
    format!(
        "import {{ OpenFeature }} from '@openfeature/web-sdk';
import {{ OFREPWebProvider }} from '@openfeature/ofrep-web-provider';

await OpenFeature.setContext({{ targetingKey: 'user-1' }});
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({{
    baseUrl: '{address}',
    headers: [['Authorization', 'Bearer {client_key}']],
  }}),
);"
    )
}

fn node(App { address, client_key }: &App) -> String {
    format!(
        "import {{ OpenFeature }} from '@openfeature/server-sdk';
import {{ OFREPProvider }} from '@openfeature/ofrep-provider';

await OpenFeature.setProviderAndWait(
  new OFREPProvider({{
    baseUrl: '{address}',
    headers: [['Authorization', 'Bearer {client_key}']],
  }}),
);"
    )
}

fn python(App { address, client_key }: &App) -> String {
    format!(
        "from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(OFREPProvider(
    \"{address}\",
    headers_factory=lambda: {{\"Authorization\": \"Bearer {client_key}\"}},
))"
    )
}

fn swift(App { address, client_key }: &App) -> String {
    format!(
        "import OFREP
import OpenFeature

let provider = OfrepProvider(options: OfrepProviderOptions(
    endpoint: \"{address}\",
    headers: [\"Authorization\": \"Bearer {client_key}\"]
))
let user = MutableContext(targetingKey: \"user-1\")
await OpenFeatureAPI.shared.setProviderAndWait(provider: provider, initialContext: user)"
    )
}

fn kotlin(App { address, client_key }: &App) -> String {
    format!(
        "import dev.openfeature.kotlin.contrib.providers.ofrep.OfrepProvider
import dev.openfeature.kotlin.contrib.providers.ofrep.bean.OfrepOptions
import dev.openfeature.kotlin.sdk.*

val provider = OfrepProvider(OfrepOptions(
    endpoint = \"{address}\",
    headers = mapOf(\"Authorization\" to \"Bearer {client_key}\"),
))
OpenFeatureAPI.setProviderAndWait(provider, initialContext = ImmutableContext(\"user-1\"))"
    )
}

fn go(App { address, client_key }: &App) -> String {
    format!(
        "import (
	\"context\"

	\"github.com/open-feature/go-sdk-contrib/providers/ofrep\"
	\"github.com/open-feature/go-sdk/openfeature\"
)

err := openfeature.SetProviderAndWait(ofrep.NewProvider(
	\"{address}\",
	ofrep.WithBearerToken(\"{client_key}\"),
))"
    )
}

fn java(App { address, client_key }: &App) -> String {
    format!(
        "import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.*;
import dev.openfeature.sdk.*;

OpenFeatureAPI.getInstance().setProviderAndWait(OfrepProvider.constructProvider(
    OfrepProviderOptions.builder()
        .baseUrl(\"{address}\")
        .headers(ImmutableMap.of(\"Authorization\", ImmutableList.of(\"Bearer {client_key}\")))
        .build()));"
    )
}

fn dot_net(App { address, client_key }: &App) -> String {
    format!(
        "using OpenFeature;
using OpenFeature.Model;
using OpenFeature.Providers.Ofrep;
using OpenFeature.Providers.Ofrep.Configuration;

await Api.Instance.SetProviderAsync(new OfrepProvider(new OfrepOptions(\"{address}\")
{{
    Headers = new Dictionary<string, string> {{ [\"Authorization\"] = \"Bearer {client_key}\" }},
}}));"
    )
}

fn ruby(App { address, client_key }: &App) -> String {
    format!(
        "require \"open_feature/sdk\"
require \"openfeature/ofrep/provider\"

configuration = OpenFeature::OFREP::Configuration.new(
  base_url: \"{address}\",
  headers: {{ \"Authorization\" => \"Bearer {client_key}\" }}
)
OpenFeature::SDK.configure do |config|
  config.set_provider(OpenFeature::OFREP::Provider.new(configuration: configuration))
end"
    )
}
